# A file that may not be read. Root may read anything, so as root somebody else asks.
: >secret
chmod 000 secret
if [ "$(id -u)" -ne 0 ]; then
    pymemtrace replay secret
    exit 0
fi
other='setpriv --reuid=65534 --regid=65534 --clear-groups'
$other pymemtrace --version >/dev/null 2>&1 ||
    { echo 'skip: root may read anything, and nobody else can run the program here'; exit 77; }
# In a folder that others may enter, wherever this one lies.
open=$(mktemp -d)
trap 'rm -rf "$open"' EXIT
chmod 755 "$open"
mv secret "$open/secret"
$other pymemtrace replay "$open/secret"
