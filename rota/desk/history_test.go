package desk_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
)

// Random commands by random actors never yield two live bookings on a session, overlapping bookings of a clinician, a
// state outside the tables, an event without its change or a change without its event, money that doesn't add up, or a
// version that went back.
func TestRandomHistories_A4_A7_B1_B2_N4_P1_P2_P3_S1_S2_S3_S5_W2_W4_W6_W7_W9_W10(t *testing.T) {
	histories := 10_000
	switch {
	case testing.Short():
		histories = 200
	case os.Getenv("SESSIONAL_SOAK") != "":
		histories = 50_000
	}
	tally := history.Check(t, history.Options{Store: func() desk.Store { return memory.New() }}, histories)
	if t.Failed() {
		return
	}
	var lines []string
	for _, name := range history.Kinds() {
		c := tally[name]
		share := 100 * float64(c.Accepted) / float64(max(c.Tried, 1))
		lines = append(lines, fmt.Sprintf("%-18s %7d of %7d accepted: %5.1f %%", name, c.Accepted, c.Tried, share))
		// A shortened run has too few of the rarest kinds to tell.
		if enough := !testing.Short() || c.Tried >= 100; enough && share < 20 {
			t.Errorf("%s: %.1f %% of %d accepted: the histories are too tame", name, share, c.Tried)
		}
	}
	slices.Sort(lines)
	t.Log("accepted by kind:\n" + strings.Join(lines, "\n"))
}
