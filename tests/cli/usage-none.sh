# No command at all is a usage error that says what there is.
pymemtrace
