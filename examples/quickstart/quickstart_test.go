package main

import (
	"bytes"
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sessional-go/sessional/rota/store/memory"
)

var update = flag.Bool("update", false, "write testdata/timeline.golden anew")

// tell plays an export in memory and returns what is printed.
func tell(t *testing.T, data []byte) string {
	t.Helper()
	return tellIn(t, memory.New(), data)
}

// tellIn plays an export in a store.
func tellIn(t *testing.T, s store, data []byte) string {
	t.Helper()
	x, err := read("test.csv", data)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := tellStory(t.Context(), s, x, "", &out, false); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

// theStory is that of the export that comes with the program, told once for all tests that compare with it.
func theStory(t *testing.T) string {
	t.Helper()
	once.Do(func() { once.story = tell(t, builtIn) })
	return once.story
}

var once struct {
	sync.Once
	story string
}

// closingTables is the end of the story: what became of the sessions.
func closingTables(t *testing.T, story string) string {
	t.Helper()
	_, tables, found := strings.Cut(story, "━━ How it stands")
	if !found {
		t.Fatalf("the story has no end:\n%s", story)
	}
	return tables
}

// TestItIsOverSoon tells the story in a process of its own, which uses less than five seconds of processor time. By the
// clock it would be a matter of what else the machine does.
func TestItIsOverSoon(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector, which is what short runs are for, it takes several times as long")
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTimeline$")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if used := c.ProcessState.UserTime() + c.ProcessState.SystemTime(); used > 5*time.Second {
		t.Errorf("it used %s of processor time", used)
	}
}

func TestTimeline(t *testing.T) {
	got := tell(t, builtIn)
	for n, line := range strings.Split(got, "\n") {
		if utf8.RuneCountInString(line) > 100 {
			t.Errorf("line %d is wider than 100 columns: %s", n+1, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("line %d ends in spaces: %q", n+1, line)
		}
	}
	golden := filepath.Join("testdata", "timeline.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, got, string(want))
}

// compare shows the first line that differs.
func compare(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		line := func(all []string) string {
			if i < len(all) {
				return all[i]
			}
			return "(the end)"
		}
		if line(g) != line(w) {
			t.Fatalf("line %d differs:\n got %s\nwant %s\nIf that is right, run go test ./quickstart -update.", i+1, line(g), line(w))
		}
	}
}

// What the sources tell of is played on the export that comes with the program.
func TestEverythingIsPlayed(t *testing.T) {
	got := theStory(t)
	for _, scene := range []string{
		"W1 Unfilled, with applicants", "W2 W6 Same date, two divisions", "W3 W4 Filled, too late: by telephone",
		"W3 W4 Filled, too late, after hours: by email", "W4 Support reads its email", "W5 Rota Pro withdraws",
		"W8 Clinician cancels in time", "W8 W9 Clinician cancels within 72 hours", "W7 Short-notice fees", "B2 Hours are approved",
		"B3 A message", "A5 A7 First come, first served", "A1 Rota managers allocate", "A4 Applications",
		"S5 Clinician acknowledges a change", "S5 Clinician refuses a change", "S5 A booked session is updated",
	} {
		_, title, _ := strings.Cut(scene, " ")
		for len(title) > 2 && title[0] >= 'A' && title[0] <= 'Z' && title[1] >= '0' && title[1] <= '9' {
			_, title, _ = strings.Cut(title, " ")
		}
		if !strings.Contains(got, title) {
			t.Errorf("not played: %s", scene)
		}
	}
	said := strings.Join(strings.Fields(got), " ")
	for _, want := range []string{
		"as they turned off", "by their quiet hours", "this email can’t be turned off", "0141 496 0177", "agrees to",
		"has been filled by somebody else", "St Patrick’s Day in Northern Ireland", "tell them yourself", "for the fee", "waives",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the timeline does not say %q", want)
		}
	}
	if n := strings.Count(got, "Same date, two divisions, two answers"); n != 2 {
		t.Errorf("two pairs of divisions should be compared, not %d", n)
	}
	if strings.Contains(got, "Not played") || strings.Contains(got, "for want of sessions") {
		t.Error("the export lacks sessions for a scene")
	}
}

// shuffle mixes the rows of each section.
func shuffle(data []byte, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, seed))
	var out []string
	for _, part := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
		lines := strings.Split(part, "\n")
		rows := lines[2:] // below the title and the names of the columns
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		out = append(out, strings.Join(lines, "\n"))
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return []byte(strings.Join(out, "\n\n") + "\n")
}

func TestShuffledExport(t *testing.T) {
	want := theStory(t)
	for seed := range uint64(2) {
		compare(t, tell(t, shuffle(builtIn, seed)), want)
	}
}

// Ids only tell sessions and people apart: with others in their place the same happens.
func TestOtherIDs(t *testing.T) {
	other := strings.NewReplacer("\nHM-", "\nz", "\nPX-", "\n", "\nOR-", "\nshift/", "\nc0", "\nperson-9", "\nc1", "\nperson-8",
		"holbeck,", "p3,", "partick,", "p2,", "ormeau,", "p1,").Replace(string(builtIn))
	compare(t, closingTables(t, tell(t, []byte(other))), closingTables(t, theStory(t)))
}

// What a smaller export has no session for is left out, and said.
func TestReducedExport(t *testing.T) {
	var few []string
	sessions := false
	for line := range strings.SplitSeq(string(builtIn), "\n") {
		sessions = sessions || line == "[sessions]"
		if sessions && strings.HasPrefix(line, "HM-") && strings.Contains(line, "rota") || strings.HasPrefix(line, "PX-") ||
			strings.HasPrefix(line, "OR-") && !strings.HasPrefix(line, "OR-01") {
			continue
		}
		few = append(few, line)
	}
	got := tell(t, []byte(strings.Join(few, "\n")))
	for _, said := range []string{"Not played, because the export has no session for it:", "(W5 W6)", "How it stands"} {
		if !strings.Contains(got, said) {
			t.Errorf("the timeline does not say %q", said)
		}
	}
}

// One session, one clinician and nobody's setting are enough.
func TestLeastExport(t *testing.T) {
	got := tell(t, []byte(least()))
	if !strings.Contains(got, "1 session") || !strings.Contains(got, "Not played") {
		t.Errorf("unexpected:\n%s", got)
	}
}

// The years don't matter, as long as the calendar knows them.
func TestAnotherYear(t *testing.T) {
	got := tell(t, bytes.ReplaceAll(builtIn, []byte("2026-0"), []byte("2029-0")))
	if !strings.Contains(got, "2029") || !strings.Contains(got, "How it stands") {
		t.Error("the story of another year was not told")
	}
}

func TestMissingFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "no-such.csv")
	var out bytes.Buffer
	err := play(context.Background(), memory.New(), name, "", &out, false)
	if err == nil || !strings.Contains(err.Error(), name) || out.Len() > 0 {
		t.Errorf("got %v and %d bytes; wanted an error that names %s, and nothing printed", err, out.Len(), name)
	}
}

func TestFileFromDisk(t *testing.T) {
	name := filepath.Join(t.TempDir(), "mine.csv")
	if err := os.WriteFile(name, shuffle(builtIn, 7), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := play(t.Context(), memory.New(), name, "", &out, false); err != nil {
		t.Fatal(err)
	}
	compare(t, out.String(), theStory(t))
}

func TestStyles(t *testing.T) {
	var out bytes.Buffer
	if err := play(t.Context(), memory.New(), "", "", &out, true); err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(out.String())
	compare(t, plain, theStory(t))
	if !slices.Contains(strings.Split(out.String(), "\n"), "\x1b[1m SESSIONAL · two weeks on the rota\x1b[0m") {
		t.Error("on a terminal the title is bold")
	}
}
