package house

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// docs/rules.md tells the rules, each with links to the tests that prove it:
//
//	### W3 Too late to do it yourself
//	… [TestW3RefusesLateWithdrawal](../withdrawal/assess_test.go),
//	[W3 exactly seven days is enough](../withdrawal/assess_test.go)
//
// or, in running text, **W3** and what follows up to the next rule.
func TestRulesHaveTests(t *testing.T) {
	text, err := os.ReadFile(top + "/docs/rules.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no docs/rules.md yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range unproven(string(text), os.DirFS(top)) {
		t.Error("docs/rules.md: " + fault)
	}
}

var (
	ruleStart = regexp.MustCompile(`(?m)^### ([A-Z]\d+)\b|\*\*([A-Z]\d+)\*\*`)
	// A link's text may hold brackets of its own only if they are balanced: [a [b] c](d).
	ruleLink = regexp.MustCompile(`\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(([^)\s#]+_test\.go)(?:#[^)]*)?\)`)
	testFunc = regexp.MustCompile(`^(?:Test|Fuzz|Example|Benchmark)\w*$`)
)

func unproven(text string, tree fs.FS) []string {
	starts := ruleStart.FindAllStringSubmatchIndex(text, -1)
	if len(starts) == 0 {
		return []string{"names no rule"}
	}
	var faults []string
	seen := map[string]bool{}
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		section := text[at[0]:end]
		m := ruleStart.FindStringSubmatch(section)
		id := m[1] + m[2]
		if seen[id] {
			faults = append(faults, id+": told twice")
		}
		seen[id] = true

		carried := false
		carries := regexp.MustCompile(id + `(\D|$)`)
		for _, link := range ruleLink.FindAllStringSubmatch(section, -1) {
			name := strings.Trim(link[1], "`")
			if err := exists(tree, path.Join("docs", link[2]), name); err != nil {
				faults = append(faults, fmt.Sprintf("%s: %v", id, err))
			}
			carried = carried || carries.MatchString(name)
		}
		if !carried {
			faults = append(faults, id+": no link to a test that carries the id in its name")
		}
	}
	return faults
}

// exists looks for a test in a file: a function (TestX), a quoted name of a subtest or
// case ("W3 exactly …"), or both (TestX/W3 exactly …).
func exists(tree fs.FS, file, name string) error {
	text, err := fs.ReadFile(tree, file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	function, subtest, both := strings.Cut(name, "/")
	if !testFunc.MatchString(function) {
		function, subtest, both = "", name, true
	}
	if function != "" && !strings.Contains(string(text), "\nfunc "+function+"(") {
		return fmt.Errorf("%s holds no function %s", file, function)
	}
	if both && !strings.Contains(string(text), `"`+subtest) {
		return fmt.Errorf("%s holds no test named %q", file, subtest)
	}
	return nil
}

func TestRulesHaveTestsNoticesFaults(t *testing.T) {
	tree := fstest.MapFS{"session/post_test.go": {Data: []byte(
		"package session\n\nfunc TestS1Reference(t *testing.T) {\n\tt.Run(\"S1 is unique [ok]\", nil)\n}\n")}}
	const ref = "(../session/post_test.go)"
	for _, c := range []struct {
		name, text, want string
	}{
		{"a function", "### S1 References\n[TestS1Reference]" + ref, ""},
		{"code, with a line", "**S1** … [`TestS1Reference`](../session/post_test.go#L3)", ""},
		{"a subtest", "**S1** … [S1 is unique [ok]]" + ref, ""},
		{"function and subtest", "**S1** … [TestS1Reference/S1 is unique]" + ref, ""},
		{"no rule", "Rules.", "names no rule"},
		{"no link", "### S1 References", "S1: no link"},
		{"twice", "**S1** [TestS1Reference]" + ref + " **S1** [TestS1Reference]" + ref, "S1: told twice"},
		{"no file", "**S1** [TestS1Reference](../session/gone_test.go)", "S1: TestS1Reference: open session/gone_test.go"},
		{"no function", "**S1** [TestS1Gone]" + ref, "S1: session/post_test.go holds no function TestS1Gone"},
		{"no subtest", "**S1** [S1 is gone]" + ref, "S1: session/post_test.go holds no test named"},
		{"another's id", "**S1** [TestS1Reference]" + ref + " ### \n**S12** [TestS1Reference]" + ref, "S12: no link"},
	} {
		faults := strings.Join(unproven(c.text, tree), "; ")
		if c.want == "" && faults != "" || !strings.HasPrefix(faults, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, faults, c.want)
		}
	}
}
