// Offers the cases that are linked in to another process (serve.hpp): the program that is built with plain flags.
#include "serve.hpp"

int main() { return bench::serve(); }
