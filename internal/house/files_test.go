package house

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// folders that may stand at the top. A new one is a new concept for every reader.
var folders = []string{"booking", "calendar", "docs", "examples", "internal", "notify", "rota", "session", "withdrawal"}

func TestTopLevelFolders(t *testing.T) {
	for _, name := range files(t) {
		dir, _, nested := strings.Cut(name, "/")
		if nested && !strings.HasPrefix(dir, ".") && !slices.Contains(folders, dir) {
			t.Errorf("%s: no folder %s at the top", name, dir)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	const most = 600
	for _, name := range files(t) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if n := strings.Count(read(t, name), "\n"); n > most {
			t.Errorf("%s has %d lines, at most %d: it holds more than one thing", name, n, most)
		}
	}
}

// machinePath finds absolute paths of somebody's machine.
var machinePath = regexp.MustCompile("(?m)(^|[\\s\"'`(=:,<])/(work|root|home/\\w+|Users/\\w+)/")

func TestNoMachinePaths(t *testing.T) {
	for _, name := range files(t) {
		text := read(t, name)
		if strings.ContainsRune(text, 0) {
			continue // not a text
		}
		for _, at := range machinePath.FindAllStringIndex(text, -1) {
			line := 1 + strings.Count(text[:at[0]], "\n")
			t.Errorf("%s:%d: the path of a machine: %q", name, line, text[at[0]:at[1]])
		}
	}
}

func TestNoMachinePathsNoticesFaults(t *testing.T) {
	for _, dir := range []string{"work", "root", "home/ann", "Users/ann"} {
		if text := "see `/" + dir + "/x`"; !machinePath.MatchString(text) {
			t.Errorf("not noticed: %s", text)
		}
	}
	if machinePath.MatchString("https://example.org/work/x, ./root/y") {
		t.Error("an address and a relative path are not the path of a machine")
	}
}

var (
	decisionFile = regexp.MustCompile(`^docs/decisions/(\d{4})-[a-z0-9-]+\.md$`)
	decisionLink = regexp.MustCompile(`\((\d{4}-[a-z0-9-]+\.md)\)`)
)

func TestDecisionsAreIndexed(t *testing.T) {
	index := read(t, "docs/decisions/README.md")
	number := ""
	for _, name := range files(t) {
		m := decisionFile.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		if m[1] == number {
			t.Errorf("%s: the number is taken", name)
		}
		number = m[1]
		text := read(t, name)
		if !strings.HasPrefix(text, "# "+number+". ") {
			t.Errorf("%s does not begin with its number and title", name)
		}
		if !strings.Contains(text, "\nStatus: ") {
			t.Errorf("%s has no status", name)
		}
		if !strings.Contains(index, "("+path.Base(name)+")") {
			t.Errorf("%s is not in the index", name)
		}
	}
	for _, m := range decisionLink.FindAllStringSubmatch(index, -1) {
		if !slices.Contains(files(t), "docs/decisions/"+m[1]) {
			t.Errorf("the index lists %s, which is not there", m[1])
		}
	}
}
