// Nothing that a message says of a configuration holds a secret of it. The schema has no secret
// field yet, so these tests make a message type that has.

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <gtest/gtest.h>

#include "config/document_reader.h"
#include "config/document_text.h"
#include "config/yaml_parser.h"

namespace gatehouse::config {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::DynamicMessageFactory;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;

class SecretsTest : public ::testing::Test {
 protected:
  SecretsTest() : pool_(DescriptorPool::generated_pool()) {
    FileDescriptorProto file;
    file.set_name("secrets_test.proto");
    file.set_syntax("proto3");
    file.add_dependency("gatehouse/v1/annotations.proto");
    auto* type = file.add_message_type();
    type->set_name("Account");
    add(*type, "password", 1, FieldDescriptorProto::TYPE_STRING);
    add(*type, "pin", 2, FieldDescriptorProto::TYPE_UINT32);
    add(*type, "name", 3, FieldDescriptorProto::TYPE_STRING);
    type_ = pool_.BuildFile(file)->message_type(0);
  }

  static void add(google::protobuf::DescriptorProto& type, const char* name, int number,
                  FieldDescriptorProto::Type kind) {
    FieldDescriptorProto* field = type.add_field();
    field->set_name(name);
    field->set_number(number);
    field->set_type(kind);
    field->set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    api::FieldNote* note = field->mutable_options()->MutableExtension(api::field);
    note->set_secret(std::string_view(name) != "name");
    if (std::string_view(name) == "password") note->add_values("correct horse");
  }

  std::string messages(std::string_view text) {
    auto source = std::make_shared<SourceText>("a.yaml", std::string(text));
    DiagnosticSink sink(*source);
    Tree tree = parse_yaml(sink);
    hide_near_trouble(*source, tree, sink.so_far(), secret_fields(*type_));
    const ReadOptions options;
    Substitution substitution(options);
    const std::unique_ptr<Message> message(factory_.GetPrototype(type_)->New());
    origins_ = {};
    if (tree.root.kind == Node::Kind::map) {
      DocumentReader(*source, {}, substitution, origins_, sink).read(tree.root, *message);
    }
    Diagnostics diagnostics = sink.take();
    Sources sources;
    sources.add(source);
    finish_diagnostics(diagnostics, sources, {"a.yaml"});
    return render(diagnostics);
  }

  DescriptorPool pool_;
  DynamicMessageFactory factory_{&pool_};
  const Descriptor* type_ = nullptr;
  Origins origins_;
};

TEST_F(SecretsTest, a_wrong_value_of_a_secret_is_not_said_and_its_line_not_shown) {
  EXPECT_EQ(messages("password: hunter2\nname: a\n"),
            "error[GH2112]: what stands here is no value of `password`\n"
            "  --> a.yaml:1:11\n"
            "     = write `correct horse`\n");
  EXPECT_EQ(messages("name: a\npin: hunter2\n"),
            "error[GH2111]: what stands here is no whole number from 0 to 4294967295\n"
            "  --> a.yaml:2:6\n"
            "     = write digits only, without quotes, unit or leading zeros\n");
}

TEST_F(SecretsTest, all_lines_of_a_secret_are_hidden) {
  for (const char* text :
       {"password: |\n  hunter2\n  hunter2\nname: a\n", "password:\n  - hunter2\n  - x: hunter2\n",
        "password: \"hunter2\n   hunter2\\x01\"\nname: a\n",
        "{name: a, pasword: 1, password: hunter2}\n"}) {
    const std::string said = messages(text);
    EXPECT_FALSE(said.empty()) << text;
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  }
}

TEST_F(SecretsTest, a_text_that_makes_no_sense_near_a_secret_is_not_shown) {
  for (const char* text :
       {"password: \"hunter2\n", "password: hunter2: x\n", "name: a\npassword: 'hun'ter2'\n",
        "password:hunter2\nname: a\n", "password: hunter2\n  name: a\n", "{password: hunter2\n",
        "password: \"\\hunter2\"\n", "password: [hunter2\n", "password: @hunter2"}) {
    const std::string said = messages(text);
    EXPECT_FALSE(said.empty()) << text;
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  }
}

TEST_F(SecretsTest, the_origin_of_a_secret_is_hidden) {
  EXPECT_EQ(messages("password: correct horse\nname: a\n"), "");
  EXPECT_TRUE(origins_.of("password").hidden);
  EXPECT_FALSE(origins_.of("name").hidden);
}

TEST(SecretValues, what_came_from_elsewhere_is_hidden) {
  const ReadOptions options{.environment = [](const std::string&) { return "hunter2"; },
                            .credentials = {}};
  const Reading reading = read_text("version: 1\nsites: {a: {owner: \"x${env:X}\"}}\n", "a.yaml",
                                    Origin::Source::file, options);
  EXPECT_EQ(render(reading.diagnostics), "");
  const std::string path = R"(sites."a".owner)";
  const std::string& owner = reading.document.message.sites().at("a").owner();
  EXPECT_EQ(owner, "xhunter2");
  EXPECT_EQ(quoted(reading.document, path, owner), "`***`");
}

}  // namespace
}  // namespace gatehouse::config
