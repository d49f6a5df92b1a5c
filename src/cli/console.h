#pragma once

#include <string>
#include <string_view>

namespace gatehouse::cli {

// Where a verb speaks: data is its answer, talk is about it. Texts end with a newline.
class Console {
 public:
  virtual ~Console() = default;
  virtual void data(std::string_view text) = 0;
  virtual void talk(std::string_view text) = 0;
  // Whether data and talk may be coloured.
  virtual bool colours_data() const = 0;
  virtual bool colours_talk() const = 0;
  // Whether a person sees the talk while it is written.
  virtual bool live() const = 0;
};

// stdout and stderr. Colour on terminals only, and never when NO_COLOR says something.
class StandardConsole final : public Console {
 public:
  StandardConsole();
  void data(std::string_view text) override;
  void talk(std::string_view text) override;
  bool colours_data() const override { return colours_data_; }
  bool colours_talk() const override { return colours_talk_; }
  bool live() const override { return live_; }

 private:
  bool colours_data_;
  bool colours_talk_;
  bool live_;
};

// The words that stand out.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string good(std::string_view text) const { return in("32", text); }
  std::string careful(std::string_view text) const { return in("33", text); }
  std::string bad(std::string_view text) const { return in("1;31", text); }
  std::string strong(std::string_view text) const { return in("1", text); }
  std::string faint(std::string_view text) const { return in("2", text); }

 private:
  std::string in(std::string_view colour, std::string_view text) const;
  bool on_;
};

}  // namespace gatehouse::cli
