#!/bin/sh
# root.sh python|node|packages FOLDER: the root of a stand-in for AWS's base images, which no package registry has.
# Where things lie and how they start is as in AWS's; the files are this machine's, of Debian: busybox for the shell, its
# Python 3.11, and the Node.js that $NODE names. What answers invocations is AWS's own: the emulator at $RIE, and the
# runtime's clients, which the caller adds.
set -eu
KIND=$1
R=$2
mkdir -p "$R"
cd "$R"

# What a program needs of the loader and of shared libraries.
libraries() {
  for f in "$@"; do ldd "$f" 2>/dev/null | grep -o '/[^ ]*' || :; done | sort -u | while read -r l; do
    if [ -e "$l" ] && [ ! -e ".$l" ]; then
      mkdir -p ".$(dirname "$l")"
      cp -L "$l" ".$l"
    fi
  done
}

root() {
  mkdir -p bin sbin usr/bin usr/sbin usr/local/bin usr/lib lib64 etc/ssl/certs tmp var/task var/runtime var/lang/bin opt root dev proc sys run
  chmod 1777 tmp
  cp /bin/busybox bin/busybox
  libraries /bin/busybox
  for a in $(bin/busybox --list); do [ "$a" = busybox ] || ln -s busybox "bin/$a"; done
  # Amazon Linux has these, and wheels and add-ons count on them.
  for l in libstdc++.so.6 libgcc_s.so.1 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libutil.so.1 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2 libz.so.1; do
    mkdir -p lib/x86_64-linux-gnu
    f=$(ls /lib/x86_64-linux-gnu/$l /usr/lib/x86_64-linux-gnu/$l 2>/dev/null | head -n 1)
    cp -L "$f" lib/x86_64-linux-gnu/
    libraries "$f"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\nsbx_user1051:x:993:990::/home/sbx_user1051:/bin/sh\n' >etc/passwd
  printf 'root:x:0:\nsbx_user1051:x:990:\n' >etc/group
  printf 'hosts: files dns\n' >etc/nsswitch.conf
  cp -L /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/
  cp "$RIE" usr/local/bin/aws-lambda-rie
  # As in https://github.com/aws/aws-lambda-base-images
  cat >lambda-entrypoint.sh <<'S'
#!/bin/sh
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"
RUNTIME_ENTRYPOINT=/var/runtime/bootstrap
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie $RUNTIME_ENTRYPOINT
else
  exec $RUNTIME_ENTRYPOINT
fi
S
  # In the place of the package managers: a package is an archive in this folder, which gets unpacked.
  cat >usr/bin/dnf <<'S'
#!/bin/sh
[ "$1" = clean ] && exit 0
[ "$1 $2" = "install -y" ] || { echo "the stand-in for $(basename "$0") knows only install -y and clean" 1>&2; exit 1; }
shift 2
for p in "$@"; do
  [ -e "/usr/share/packages/$p.tar" ] || { echo "No match for argument: $p" 1>&2; exit 1; }
  tar -xf "/usr/share/packages/$p.tar" -C / && echo "Installed: $p"
done
S
  mkdir -p usr/share/packages work/usr/share
  echo lambda >work/usr/share/words
  tar -C work -cf usr/share/packages/words.tar usr/share/words
  rm -r work
  ln -s dnf usr/bin/microdnf
  ln -s dnf usr/bin/yum
  chmod 755 lambda-entrypoint.sh usr/bin/dnf usr/local/bin/aws-lambda-rie
}

python() {
  cp /usr/bin/python3.11 usr/bin/
  for n in python python3 python3.11; do ln -s /usr/bin/python3.11 var/lang/bin/$n; done
  tar -C /usr/lib --exclude=__pycache__ --exclude=test --exclude=idlelib --exclude=tkinter --exclude=lib2to3 \
    --exclude=EXTERNALLY-MANAGED --exclude='config-*' -cf - python3.11 | tar -C usr/lib -xf -
  libraries /usr/bin/python3.11 /usr/lib/python3.11/lib-dynload/*.so
  # In AWS's the variable is set by the client's own start.
  cat >var/runtime/bootstrap <<'S'
#!/bin/sh
export PYTHONPATH=/var/runtime
exec /var/lang/bin/python3 -m awslambdaric "$_HANDLER"
S
  cat >var/lang/bin/pip <<'S'
#!/var/lang/bin/python3
import sys
from pip._internal.cli.main import main
sys.exit(main())
S
  ln -s pip var/lang/bin/pip3
  # The machine's authorities: some networks have their own.
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >usr/lib/python3.11/pip.conf
  chmod 755 var/runtime/bootstrap var/lang/bin/pip
}

node() {
  cp "$NODE" var/lang/bin/node
  libraries "$NODE"
  cat >var/runtime/bootstrap <<'S'
#!/bin/sh
exec /var/lang/bin/node /var/runtime/index.mjs "$_HANDLER"
S
  chmod 755 var/runtime/bootstrap
}

# gcc and Python's headers, as Debian installed them here.
packages() {
  mkdir -p usr/share/packages
  dpkg-query -L gcc gcc-12 gcc-12-base cpp cpp-12 libgcc-12-dev libgcc-s1 libgomp1 libitm1 libatomic1 libcc1-0 libquadmath0 \
    binutils binutils-common binutils-x86-64-linux-gnu libbinutils libctf0 libctf-nobfd0 libgprofng0 libjansson4 \
    libc6-dev libcrypt-dev linux-libc-dev libisl23 libmpc3 libmpfr6 libgmp10 libzstd1 zlib1g libpython3.11-dev libexpat1-dev zlib1g-dev |
    grep -v -e '^/usr/share/' -e '/config-3.11' -e 'lib[atlu]*san' -e '/lto1$' | sort -u |
    while read -r f; do if [ ! -d "$f" ] && [ -e "$f" ]; then echo "${f#/}"; fi; done |
    tar -C / --no-recursion -T - -cf usr/share/packages/gcc.tar
}

case $KIND in
  packages) packages ;;
  *) root && $KIND ;;
esac
