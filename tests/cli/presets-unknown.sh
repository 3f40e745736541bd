# A mistyped preset names the nearest one.
pymemtrace presets cpthon-3.11
