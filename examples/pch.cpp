// Nothing of its own: the precompiled header needs a file to be made for.
