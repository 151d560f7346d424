#!/usr/bin/env bash
# Makes a Debian package of a program that was built: tools/deb.sh ARCH VERSION PROGRAM PACKAGE.deb
# ARCH is Debian's name: amd64, arm64, armhf. COMPRESSION is dpkg-deb's, xz where none is given. Needs no root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

arch=$1 version=$2 program=$3 package=$4
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

install -D -p -m 0755 "$program" "$tree/usr/bin/holdfast"
install -D -m 0644 deploy/systemd/holdfast.service "$tree/lib/systemd/system/holdfast.service"
install -D -m 0640 deploy/debian/site.yaml "$tree/etc/holdfast/site.yaml"
install -D -m 0644 LICENSE "$tree/usr/share/doc/holdfast/copyright"
install -D -m 0644 NOTICE "$tree/usr/share/doc/holdfast/NOTICE"
install -d -m 0755 "$tree/DEBIAN"
install -m 0755 deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm "$tree/DEBIAN/"
echo /etc/holdfast/site.yaml > "$tree/DEBIAN/conffiles"
cat > "$tree/DEBIAN/control" <<CONTROL
Package: holdfast
Version: $version
Architecture: $arch
Maintainer: The Holdfast authors <https://github.com/holdfast-edge/holdfast/issues>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: passwd
Recommends: ca-certificates, tzdata
Section: net
Priority: optional
Homepage: https://github.com/holdfast-edge/holdfast
Description: fault-tolerant edge runtime for industrial sites
 Polls PLCs and meters, runs SQL over their values as they come, writes back,
 keeps history, and forwards what it measured through failures and outages.
CONTROL
# The program keeps the time when it was built: by that a node sees that another one was installed.
dpkg-deb --root-owner-group "-Z${COMPRESSION:-xz}" --build "$tree" "$package"
