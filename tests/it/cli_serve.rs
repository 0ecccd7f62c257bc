//! `postern serve` starts, says where it listens, refuses what it must, and stops in good order.

use std::net::TcpListener;

use crate::support::{Request, Server, run};

#[test]
fn it_says_where_it_listens_and_stops_when_it_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]);
    let ports = [server.data.port(), server.admin.port(), server.ops.port()];
    assert!(ports.iter().all(|port| *port != 0) && ports[0] != ports[1] && ports[1] != ports[2], "{ports:?}");
    assert_eq!(Request::get("/").send(server.data).status, 403);
    let ready = server.run(&["status", "--ready"]).well();
    assert_eq!(ready.stdout, "ready\n");
    let status = server.run(&["status", "-o", "json"]).well().json();
    assert_eq!((status["status"].as_str(), status["apis"].as_u64()), (Some("serving"), Some(0)));
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn an_interrupt_stops_it_too() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]);
    server.signal("INT");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn an_address_in_use_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for flag in ["--listen", "--admin-listen", "--ops-listen"] {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().display().to_string();
        let mut args = vec!["serve", "--data-dir", &directory];
        for other in ["--listen", "--admin-listen", "--ops-listen"] {
            args.extend([other, if other == flag { taken.as_str() } else { "127.0.0.1:0" }]);
        }
        let ended = run(args);
        assert_eq!(ended.code, Some(69), "{flag}: {ended:?}");
        assert!(ended.stderr.contains(&taken) && ended.stderr.contains(flag), "{flag}: {ended:?}");
        assert_eq!(ended.stdout, "", "{flag}: {ended:?}");
    }
}

#[test]
fn a_second_process_on_the_same_store_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let _server = Server::start(directory.path(), &[]);
    let path = directory.path().display().to_string();
    let free = "127.0.0.1:0";
    let ended =
        run(["serve", "--data-dir", &path, "--listen", free, "--admin-listen", free, "--ops-listen", free]);
    assert_eq!(ended.code, Some(78), "{ended:?}");
    assert!(ended.stderr.contains("right would be: "), "{ended:?}");
}

#[test]
fn ops_answers_probes_and_scrapes() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]);
    for (path, status, starts) in [
        ("/livez", 200, "alive"),
        ("/readyz", 200, "ready"),
        ("/metrics", 200, "# HELP postern_"),
        ("/elsewhere", 404, "here are"),
    ] {
        let answer = Request::get(path).send(server.ops);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().starts_with(starts), "{path}: {}", answer.text());
    }
    let metrics = Request::get("/metrics").send(server.ops);
    assert_eq!(
        metrics.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(metrics.text().ends_with("# EOF\n"));
    let post = Request::new("POST", "/livez").body("x").send(server.ops);
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn ops_refuses_pages_and_foreign_hosts() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &["--admin-allow-host", "gateway.internal"]);
    for (request, status) in [
        (Request::get("/metrics").host("evil.example"), 403),
        (Request::get("/metrics").host("gateway.internal:9902"), 200),
        (Request::get("/metrics").host("localhost"), 200),
        (Request::get("/metrics").header("Origin", "https://evil.example"), 403),
        (Request::get("/metrics").header("Origin", "null"), 403),
    ] {
        assert_eq!(request.send(server.ops).status, status, "{request:?}");
    }
}
