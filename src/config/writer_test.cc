#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/message_differencer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/document.h"
#include "config/document_words.h"
#include "config/testing/random_message.h"
#include "config/value_tree.h"

namespace gatehouse::config {
namespace {

using google::protobuf::util::MessageDifferencer;

TEST(ToYaml, one_upstream_is_one_line) {
  api::Configuration message;
  message.set_version(1);
  (*message.mutable_sites())["b.example.com"].add_upstreams("http://127.0.0.1:8080");
  auto& site = (*message.mutable_sites())["a.example.com"];
  site.add_upstreams("unix:/run/app.sock");
  site.add_listen(":443");
  site.set_enabled(false);
  auto& route = *site.add_routes();
  route.set_path("/api");
  route.add_upstreams("http://127.0.0.1:9000");
  (*message.mutable_listeners())[":443"].set_unknown_names("refuse");
  message.mutable_metrics()->set_listen("127.0.0.1:9100");
  message.mutable_logs()->set_access("off");
  message.mutable_limits()->set_body(0);
  message.mutable_local_ca();
  EXPECT_EQ(to_yaml(message), R"(version: 1
sites:
  a.example.com:
    listen: [":443"]
    upstreams: [unix:/run/app.sock]
    routes:
      - path: /api
        upstreams: [http://127.0.0.1:9000]
    enabled: false
  b.example.com: http://127.0.0.1:8080
listeners:
  ":443":
    unknown_names: refuse
local_ca: {}
limits:
  body: 0
logs:
  access: "off"
metrics: 127.0.0.1:9100
)");
}

// Beside a message of the schema, which has no secret yet, one that has.
TEST(ValueTree, a_secret_is_never_shown_and_yet_compared) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("secret.proto");
  file.set_syntax("proto3");
  auto& type = *file.add_message_type();
  type.set_name("Secret");
  auto& field = *type.add_field();
  field.set_name("password");
  field.set_number(1);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  field.mutable_options()->MutableExtension(api::field)->set_secret(true);
  google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
  const auto* made = pool.BuildFile(file)->message_type(0);
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> one(factory.GetPrototype(made)->New());
  one->GetReflection()->SetString(one.get(), made->field(0), "hunter2");
  const std::unique_ptr<google::protobuf::Message> other(one->New());
  other->GetReflection()->SetString(other.get(), made->field(0), "hunter3");
  EXPECT_EQ(flow_text(value_tree(*one)), "{password: \"***\"}");
  EXPECT_NE(value_tree(*one), value_tree(*other));
}

// The values of fields that have a list of them are the reader's to check: here they are any text.
bool has_listed_values(const google::protobuf::FieldDescriptor& field) {
  return note_of(field).values_size() > 0;
}

// Texts that a reader would refuse for their value: each becomes one of those that it takes.
void choose_listed_values(google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (has_listed_values(*field)) {
      reflection.SetString(&message, field, note_of(*field).values(0));
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 0;
      for (int i = 0; i < size; ++i) {
        choose_listed_values(*reflection.MutableRepeatedMessage(&message, field, i));
      }
      if (!field->is_repeated()) choose_listed_values(*reflection.MutableMessage(&message, field));
    }
  }
}

Reading read(const std::string& yaml) {
  return read_text(yaml, "written.yaml", Origin::Source::file, {});
}

TEST(ToYaml, whatever_a_message_holds_reads_back_equal) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    api::Configuration message;
    testing::RandomMessage(seed).fill(message);
    message.set_version(1);
    choose_listed_values(message);
    const std::string yaml = to_yaml(message);
    const Reading reading = read(yaml);
    ASSERT_TRUE(reading.diagnostics.empty()) << render(reading.diagnostics) << yaml;
    ASSERT_TRUE(MessageDifferencer::Equals(reading.document.message, message)) << yaml;
    ASSERT_EQ(to_yaml(reading.document.message), yaml);
  }
}

}  // namespace
}  // namespace gatehouse::config
