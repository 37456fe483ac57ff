// What a person reads of a reply on a terminal: a sentence where a command has one, else its fields, or a table. Data goes
// to standard output, talk to standard error. Sentences, names of fields and of columns are in the reader's language;
// what colleagues wrote is as they wrote it, and made safe for the terminal.
#pragma once

#include <string>

#include "app/api/said.h"

namespace staffroom::cli {

void print_for_people(const std::string& command, const api::Json& reply, const api::Said& said);
// What is not well.
void print_for_people(const api::Trouble& trouble, const api::Said& said);

}  // namespace staffroom::cli
