# Makes the files of app/web/dist part of the program: a source whose assembler includes their bytes. Nothing but the
# compiler is needed, and it takes no time. Without the folder the program has no page.
file(GLOB_RECURSE built CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/app/web/dist/*)
set(symbols "")
set(rows "")
set(number 0)
foreach(file ${built})
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/app/web/dist ${file})
  string(APPEND symbols "asm(\".section .rodata\\n.global page_file_${number}\\npage_file_${number}:\\n.incbin \\\"${file}\\\"\\n\"
    \".global page_file_${number}_end\\npage_file_${number}_end:\\n.byte 0\\n.previous\\n\");
extern \"C\" const char page_file_${number}[], page_file_${number}_end[];
")
  string(APPEND rows "        {\"/${path}\", bytes(page_file_${number}, page_file_${number}_end)},\n")
  math(EXPR number "${number} + 1")
endforeach()
if(rows)
  set(body "    static const BuiltFile files[] = {\n${rows}    };\n    return files;\n")
else()
  set(body "    return {};\n")
endif()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/built_page.cpp @ONLY CONTENT "#include \"app/page/built.h\"
${symbols}
namespace {
[[maybe_unused]] std::string_view bytes(const char* from, const char* to) {
    return {from, static_cast<std::size_t>(to - from)};
}
}  // namespace
namespace staffroom::page {
std::span<const BuiltFile> built_files() {
${body}}
}  // namespace staffroom::page
")
target_sources(app PRIVATE ${CMAKE_BINARY_DIR}/built_page.cpp)
set_source_files_properties(${CMAKE_BINARY_DIR}/built_page.cpp PROPERTIES OBJECT_DEPENDS "${built}"
  SKIP_UNITY_BUILD_INCLUSION ON)
