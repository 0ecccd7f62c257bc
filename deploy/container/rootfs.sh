#!/bin/sh
# Lays out the file system of the container image: BINARY, what it is linked to, certificates, one user.
#   rootfs.sh BINARY FOLDER
set -eu
binary=$1 root=$2
mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/tmp" "$root/var/lib/postern"
cp "$binary" "$root/usr/bin/postern"
chmod 0755 "$root/usr/bin/postern"

# The libraries and the loader, at the paths where the loader looks for them.
ldd "$binary" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done

cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo 'postern:x:65532:65532:Postern:/var/lib/postern:/nonexistent' > "$root/etc/passwd"
echo 'postern:x:65532:' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
chmod 0700 "$root/var/lib/postern"
chown 65532:65532 "$root/var/lib/postern"
