# A file that may not be read.
[ "$(id -u)" -ne 0 ] || { echo 'skip: root may read anything'; exit 77; }
: >secret
chmod 000 secret
pymemtrace replay secret
