package history

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// Check plays so many random histories as properties of rapid, a share of them in each of its subtests, and returns
// how many commands there were. A rule that does not hold fails the test, with the shortest history that rapid
// could find and the seed that leads to it.
//
// The seed that all others follow from is logged at the start. -rapid.seed sets it.
func Check(t *testing.T, o Options, histories int) Tally {
	t.Helper()
	if o.Commands == 0 {
		o.Commands = 30
	}
	given := seedFlag()
	seed := given
	if seed == 0 {
		seed = rand.Uint64()
	}
	// The seed is enough to play a history again.
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		t.Fatal(err)
	}
	// What a history leaves is thrown away at once: collecting it less often is worth a third of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(1000))
	each := checks()
	shards := (histories + each - 1) / each
	t.Logf("seed %d: %d histories of %d commands and more", seed, histories, o.Commands)
	var mu sync.Mutex
	total, played, fewest := Tally{}, 0, 1<<30
	t.Run("shards", func(t *testing.T) {
		seeds := rand.New(rand.NewPCG(seed, 2))
		for n := range shards {
			own := seeds.Uint64()
			if given != 0 {
				own = given
			}
			t.Run(fmt.Sprintf("%03d", n), func(t *testing.T) {
				t.Parallel()
				seeded(t, own, min(each, histories-n*each), func(rt *rapid.T) {
					tally, err := Play(o, words(o.Commands).Draw(rt, "history"))
					if b := (*BrokenError)(nil); errors.As(err, &b) {
						rt.Log(strings.Join(b.Trace, "\n"))
						rt.Fatalf("%s: %s", b.Rule, b.Problem)
					}
					if err != nil {
						rt.Fatal(err)
					}
					mu.Lock()
					defer mu.Unlock()
					total.Add(tally)
					played, fewest = played+1, min(fewest, tally.Commands().Tried)
				})
			})
		}
	})
	if fewest < o.Commands && !t.Failed() {
		t.Errorf("a history of %d commands only", fewest)
	}
	all := total.Commands()
	t.Logf("%d histories, %d commands (in the shortest %d), %d accepted", played, all.Tried, fewest, all.Accepted)
	return total
}

// words are what a history follows from: more than there are to be commands, since some let the keeper look, or repeat
// what was done.
func words(commands int) *rapid.Generator[[]uint64] {
	return rapid.SliceOfN(rapid.Uint64(), 2*commands+12, 2*commands+12)
}

// checks is how many cases rapid tries in one check.
func checks() int {
	n := 100
	if f := flag.Lookup("rapid.checks"); f != nil {
		if set, err := strconv.Atoi(f.Value.String()); err == nil {
			n = set
		}
	}
	if testing.Short() {
		n /= 5
	}
	return max(n, 1)
}

func seedFlag() uint64 {
	f := flag.Lookup("rapid.seed")
	if f == nil {
		return 0
	}
	n, err := strconv.ParseUint(f.Value.String(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// setting guards rapid's flags, which are one for the whole process.
var setting sync.Mutex

// seeded is rapid.Check from a seed, for so many cases. The flags are rapid's only way to be told, and are read before
// the first case.
func seeded(t *testing.T, seed uint64, cases int, property func(*rapid.T)) {
	t.Helper()
	if testing.Short() {
		cases *= 5 // of which rapid takes a fifth
	}
	setting.Lock()
	was := map[string]string{}
	release := sync.OnceFunc(func() {
		for name, value := range was {
			_ = flag.Set(name, value)
		}
		setting.Unlock()
	})
	defer release()
	for name, value := range map[string]string{
		"rapid.seed": strconv.FormatUint(seed, 10), "rapid.checks": strconv.Itoa(cases),
	} {
		was[name] = flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		release()
		property(rt)
	})
}
