# The overview and the version go to standard output.
pymemtrace --help
pymemtrace --version
# Aliases of them.
pymemtrace --help >overview
pymemtrace help | cmp - overview
pymemtrace diff --help >diff-help
pymemtrace help diff | cmp - diff-help
pymemtrace -V
