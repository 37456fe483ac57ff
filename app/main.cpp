#include "app/cli/run.h"

int main(int argc, char** argv) { return staffroom::cli::run(argc, argv); }
