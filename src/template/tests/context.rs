//! `$context`.

use super::Request;

#[test]
fn variables_are_what_the_exchange_says() {
    Request::full().check(&[
        ("$context.requestId", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"),
        ("$context.httpMethod ${context.resourcePath} $context['stage']", "GET /pets/{child} prod"),
        ("$context.identity.sourceIp $context.identity['sourceIp'] $context['identity'].sourceIp", "127.0.0.1 127.0.0.1 127.0.0.1"),
        ("$context.requestTimeEpoch", "1795496400000"),
        ("#set($later = $context.requestTimeEpoch + 1)$later", "1795496400001"),
        ("$context.get('httpMethod')$context.get('none')$context.httpMethod.length()", "GET3"),
        ("[$context.identity.nothing$context.identity.userArn$context.nothing.more$context.authorizer.claims]", "[]"),
        ("[$context.error.message$context.identity.clientCert.subjectDN$context.isCanaryRequest]", "[]"),
        ("#set($c = $context)$c.stage $c.identity.sourceIp", "prod 127.0.0.1"),
    ]);
}

#[test]
fn its_keys_are_those_recorded() {
    let recorded = "[resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, \
                    requestOverride, stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, \
                    deploymentId, responseOverride, apiId]";
    Request::full().check(&[
        ("$context.keySet()", recorded),
        ("$context.containsKey('apiId')$context.containsKey('error')$context.size()", "truefalse18"),
        ("#set($context.mine = 1)$context.keySet().contains('mine')$context.size()", "true19"),
        ("#foreach($k in $context.keySet())#if($k == 'stage')$context.get($k)#end#end", "prod"),
    ]);
}

#[test]
fn identity_has_every_key_with_nothing_in_the_unused_ones() {
    Request::full().check(&[
        (
            "$context.identity.containsKey('userArn')$context.identity.containsKey('cognitoIdentityId')",
            "truetrue",
        ),
        ("$context.identity.containsKey('clientCert')", "false"),
        (
            "#foreach($k in ['accountId', 'accessKey', 'caller', 'user', 'userArn', 'principalOrgId', \
             'cognitoIdentityId', 'cognitoIdentityPoolId', 'cognitoAuthenticationType', 'cognitoAuthenticationProvider'])\
             #if(!$context.identity.containsKey($k))missing $k #end$context.identity.get($k)#end.",
            ".",
        ),
    ]);
}

#[test]
fn a_template_may_set_anything_and_read_it_back() {
    Request::full().check(&[
        ("#set($context.mine = 'x')$context.mine$context.stage", "xprod"),
        ("#set($context.stage = 'x')$context.stage", "x"),
        ("#set($context.identity.mine = 'x')$context.identity.mine$context.identity.sourceIp", "x127.0.0.1"),
        ("#set($t = $context.put('a', {'b': 1}))$context.a.b", "1"),
        ("#set($context = 'gone')$context$context.stage", "gone"),
        (
            "$context.requestOverride $context.responseOverride",
            "{path={}, querystring={}, header={}} {header={}}",
        ),
    ]);
}
