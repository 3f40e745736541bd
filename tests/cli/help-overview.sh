# The overview and the version go to standard output.
pymemtrace --help
pymemtrace --version
