package ics_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sessional-go/sessional/internal/peer"
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "sessional-ics-")
	if err != nil {
		panic(err)
	}
	program.folder = folder
	code := peer.Main(m)
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// judged is what libical said of a calendar: what is wrong with it, and what it read of each event.
type judged struct {
	faults []string
	events []map[string]string
}

// program is testdata/check.c, compiled once for all tests into a folder that TestMain removes.
var program struct {
	sync.Mutex
	folder, path string
}

func compiled(t *testing.T) string {
	t.Helper()
	program.Lock()
	defer program.Unlock()
	if program.path == "" {
		program.path = peer.Libical(t, "testdata/check.c", program.folder)
	}
	return program.path
}

// judge has libical read calendars.
func judge(t *testing.T, calendars ...[]byte) []judged {
	t.Helper()
	check := exec.Command(compiled(t))
	for _, c := range calendars {
		if bytes.Contains(c, []byte("\n--\n")) {
			t.Fatal("a calendar holds the line that ends calendars")
		}
	}
	check.Stdin = bytes.NewReader(append(bytes.Join(calendars, []byte("--\n")), "--\n"...))
	out, err := check.Output()
	if err != nil {
		t.Fatalf("libical: %v", err)
	}
	var all []judged
	var one judged
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		switch name {
		case "--":
			all, one = append(all, one), judged{}
		case "fault":
			one.faults = append(one.faults, value)
		case "event":
			one.events = append(one.events, map[string]string{})
		default:
			value = strings.NewReplacer(`\\`, `\`, `\n`, "\n").Replace(value)
			one.events[len(one.events)-1][name] += value
		}
	}
	if len(all) != len(calendars) {
		t.Fatalf("libical judged %d of %d calendars", len(all), len(calendars))
	}
	return all
}

// valid has libical read one calendar, and fails the test where anything is wrong with it.
func valid(t *testing.T, calendar []byte) []map[string]string {
	t.Helper()
	wellFormed(t, calendar)
	j := judge(t, calendar)[0]
	for _, fault := range j.faults {
		t.Errorf("libical: %s, in\n%s", fault, calendar)
	}
	return j.events
}

type failer interface {
	Helper()
	Errorf(string, ...any)
}

// wellFormed checks the lines of a calendar (RFC 5545, 3.1): each ends with CR LF, has at most 75 octets, is UTF-8 by
// itself and holds no control character; BEGIN and END are balanced.
func wellFormed(t failer, calendar []byte) {
	t.Helper()
	var open []string
	for line := range strings.Lines(string(calendar)) {
		bare, ended := strings.CutSuffix(line, "\r\n")
		switch {
		case !ended:
			t.Errorf("%q does not end with CR LF", line)
		case len(bare) > 75:
			t.Errorf("%q has %d octets", line, len(bare))
		case !utf8.ValidString(bare):
			t.Errorf("%q is cut within a character", line)
		case strings.ContainsFunc(bare, func(r rune) bool { return r < ' ' || r == 0x7f }):
			t.Errorf("%q holds a control character", line)
		}
		if name, begins := strings.CutPrefix(bare, "BEGIN:"); begins {
			open = append(open, name)
		}
		if name, ends := strings.CutPrefix(bare, "END:"); ends {
			if len(open) == 0 || open[len(open)-1] != name {
				t.Errorf("%q ends what has not begun", line)
				continue
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v is never ended", open)
	}
}

// count is how many lines begin with a text.
func count(calendar []byte, begin string) int {
	return strings.Count("\r\n"+string(calendar), "\r\n"+begin)
}

func utc(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}
