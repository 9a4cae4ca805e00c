package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/notify"
)

var update = flag.Bool("update", false, "write the table of docs/texts.md anew")

// Every kind is in the book, with the rules that ask for it and somebody who gets it; nothing else is.
func TestN6EveryKindIsInTheBook(t *testing.T) {
	pages, err := write()
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[notify.Kind]int)
	for _, p := range pages {
		count[p.Kind]++
		if len(p.Rules) == 0 || len(p.To) == 0 || slices.Contains(p.To, "") || !p.Must && p.Group == "" {
			t.Errorf("%s: for %q by %q, turned off with %q", p.Kind, p.To, p.Rules, p.Group)
		}
	}
	for _, k := range notify.MessageKinds() {
		if count[k] != 1+len(book[k].variants) {
			t.Errorf("%s is there %d times", k, count[k])
		}
		delete(count, k)
	}
	if len(count) > 0 || len(book) != len(notify.MessageKinds()) {
		t.Errorf("the book has kinds that there are not: %v", count)
	}
}

// Every file is an email with a text and its HTML, and with an invitation where the index says so.
func TestN6EveryPageIsAnEmail(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "book")
	name, err := run(folder)
	if err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := write()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		raw, err := os.ReadFile(filepath.Join(folder, p.file))
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%s: %v", p.file, err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || subject != p.Message.Subject {
			t.Errorf("%s: the subject is %q, %v", p.file, subject, err)
		}
		if (m.Header.Get("List-Unsubscribe") == "") != p.Must {
			t.Errorf("%s: it can be turned off: %t, %v", p.file, !p.Must, m.Header)
		}
		want := []string{"text/plain", "text/html"}
		if p.Calendar != "" {
			want = append(want, "text/calendar", "application/ics")
		}
		if got := parts(t, m.Header.Get("Content-Type"), m.Body); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", p.file, got, want)
		}
		if !bytes.Contains(index, []byte(`href="`+p.file+`"`)) {
			t.Errorf("the index does not lead to %s", p.file)
		}
	}
	if n := bytes.Count(index, []byte("<iframe ")); n != len(pages) || n != bytes.Count(index, []byte(`sandbox=""`)) {
		t.Errorf("%d previews, of %d pages", n, len(pages))
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != len(pages)+1 {
		t.Errorf("%d files, %v", len(left), err)
	}
}

// parts are the kinds of a mail's leaves.
func parts(t *testing.T, kind string, body io.Reader) []string {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		return []string{media}
	}
	var found []string
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, parts(t, p.Header.Get("Content-Type"), p)...)
	}
}

// Two runs write the same bytes.
func TestTheSameBookEachTime(t *testing.T) {
	read := func() map[string]string {
		t.Setenv("TMPDIR", t.TempDir())
		name, err := run("")
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Dir(name)
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, f := range files {
			text, err := os.ReadFile(filepath.Join(folder, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			all[f.Name()] = string(text)
		}
		return all
	}
	first, second := read(), read()
	if len(first) < len(notify.MessageKinds()) || len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, text := range first {
		if second[name] != text {
			t.Errorf("%s differs from run to run", name)
		}
	}
}

func TestAFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(file); err == nil {
		t.Error("a book was written into a file")
	}
}

// The table of docs/texts.md is the library's own.
func TestN6KindsAreDocumented(t *testing.T) {
	pages, err := write()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| Kind | For | Rules | Turned off | Push |\n|---|---|---|---|---|\n")
	for _, p := range pages {
		if p.Variant != "" {
			continue
		}
		off, push := "with "+p.Group, ""
		if p.Must {
			off = "**never**"
		}
		if p.Push != nil {
			push = p.Push.Title
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", p.Kind, strings.Join(p.To, ", "), strings.Join(p.Rules, " "), off, push)
	}
	const name = "../../docs/texts.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?m)^\| Kind \|(.*\n)+?(\n|\z)`)
	want := table.ReplaceAllString(string(text), strings.ReplaceAll(b.String(), "$", "$$")+"\n")
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		text = []byte(want)
	}
	if !strings.Contains(string(text), b.String()) {
		t.Errorf("the table of %s is not the library's; run go test ./mailbook -update. It should be\n%s", name, b.String())
	}
}
