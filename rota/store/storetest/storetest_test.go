package storetest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// TestMain makes rapid content with the first way to a fault: broken stores are not worth shrinking.
func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "0s"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// breaking makes a harness of a store that is broken in one way.
func breaking(how func(Store) Store) Harness {
	return Harness{Open: func(testing.TB) Store { return how(memory.New()) }, Histories: 60, Racers: 8}
}

func whole1(s Store) Store { return s }

// faults are stores that break the contract, each with the rule that it breaks and the clause that has to notice.
var faults = []struct {
	name, rule, clause string
	how                func(Store) Store
}{
	{"a lost last write", "P2", "every field comes back as it was", losesTheLast},
	{"half a change", "P2", "all or nothing", oneByOne},
	{"an ignored check", "P2", "what doesn't fit is a conflict", func(s Store) Store {
		return spoilt(s, func(c *desk.Changes) { c.Checks = nil })
	}},
	{"a check compared before the write", "P2", "checks don't exclude each other, writes do", checksFirst},
	{"an empty diary that isn't locked", "A7", "checks don't exclude each other, writes do", overlooksEmptyDiaries},
	{"an ignored bump", "P2", "a stale version is a conflict", func(s Store) Store {
		return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
			return s.Commit(ctx, forced(ctx, s, c))
		}}
	}},
	{"a version compared before the write", "P2", "one winner", looksFirst},
	{"two bookings on one session", "A7", "what doesn't fit is a conflict", bookedTwice},
	{"two bookings on one session at once", "A7", "one winner", bookedTwice},
	{"slices shared with who wrote them", "P2", "nothing is shared with the caller", keepsWhatItWasGiven},
	{"slices shared with who read them", "P2", "nothing is shared with the caller", answersFromACache},
	{"a command done again", "P3", "a repeated command", doesItAgain},
	{"a command done again at once", "P3", "one winner", doesItAgain},
	{"an outcome that is not kept", "P3", "a repeated command", func(s Store) Store {
		return broken{Store: s, outcome: func(context.Context, desk.CommandKey) (desk.Outcome, error) {
			return desk.Outcome{}, desk.ErrNoOutcome
		}}
	}},
	{"a load in two steps", "P2", "a load is of one instant", loadsInTwoSteps},
	{"a zone that is lost", "T1", "instants in UTC, to the microsecond", func(s Store) Store {
		return misread(s, func(r *desk.Snapshot) { r.Session.Created = r.Session.Created.In(time.FixedZone("BST", 3600)) })
	}},
	{"a wall clock read in another zone", "T1", "instants in UTC, to the microsecond", func(s Store) Store {
		return misread(s, func(r *desk.Snapshot) { r.Session.Created = r.Session.Created.Add(time.Hour) })
	}},
	{"milliseconds", "T1", "instants in UTC, to the microsecond", func(s Store) Store {
		return spoilt(s, func(c *desk.Changes) {
			c.Sessions = slices.Clone(c.Sessions)
			for i := range c.Sessions {
				c.Sessions[i].Created = c.Sessions[i].Created.Truncate(time.Millisecond)
			}
		})
	}},
	{"floating point", "S6", "amounts are exact", func(s Store) Store { return spoilt(s, floated) }},
	{"ids whose case doesn't count", "P4", "words as they were written", folded},
	{"a text cut short", "P4", "words as they were written", func(s Store) Store {
		return misread(s, func(r *desk.Snapshot) { r.Text.Body = r.Text.Body[:min(len(r.Text.Body), 4000)] })
	}},
	{"a cursor that counts", "A2", "pages are stable", func(s Store) Store { return wrongLists{Store: s, offset: true} }},
	{"a list without a next page", "S4", "pages are stable", func(s Store) Store {
		return wrongLists{Store: s, cut: true}
	}},
	{"a list for everybody", "P1", "tenants see their own", func(s Store) Store {
		return wrongLists{Store: s, blind: true}
	}},
	{"an invoice that is not listed", "B2", "lists hold what fits", func(s Store) Store { return latestOnly{s} }},
	{"a policy that is forgotten", "W11", "lists hold what fits", func(s Store) Store { return latestOnly{s} }},
	{"a record for everybody", "P1", "tenants see their own", func(s Store) Store { return blindRecord{s} }},
	{"deliveries for everybody", "N4", "tenants see their own", func(s Store) Store { return everybodys{s} }},
	{"a due list that forgets", "S2", "due lists", forgetful},
	{"references twice", "S1", "references are never handed out twice", func(s Store) Store { return numberless{s} }},
	{"a deaf store", "P2", "a cancelled context", func(s Store) Store { return deaf{s} }},
	{"a plan's lease that never ends", "N4", "plans in the order of commits", func(s Store) Store {
		return endlessPlans{s}
	}},
	{"plans for everybody who asks", "N4", "plans in the order of commits", func(s Store) Store { return leaseless{s} }},
	{"a plan's fence that is ignored", "N5", "plans in the order of commits", withoutFences},
	{"half a plan", "N4", "plans in the order of commits", func(s Store) Store { return halfPlanned{s} }},
	{"a lease that never ends", "N5", "leases end", func(s Store) Store { return endless{s} }},
	{"a fence that is ignored", "N5", "leases end", withoutFences},
	{"a fence that is ignored, by chance", "N5", "as a naive queue does", withoutFences},
	{"an outcome of a delivery that is lost", "N5", "outcomes are kept", func(s Store) Store { return careless{s} }},
	{"one lost outcome that takes the others with it", "N5", "many outcomes in one commit", func(s Store) Store {
		return allOrNone{s}
	}},
	{"a lost outcome of many that is not named", "N5", "many outcomes in one commit", func(s Store) Store { return mute{s} }},
	{"outcomes that are kept before a wrong one", "N5", "many outcomes in one commit", func(s Store) Store {
		return oneAtATime{s}
	}},
	{"an attempt that wasn't one", "N5", "outcomes are kept", func(s Store) Store { return strict{s} }},
	{"an order that isn't kept", "N5", "each person's order", func(s Store) Store { return disorderly{s} }},
	{"an order that isn't kept, by chance", "N5", "as a naive queue does", func(s Store) Store { return disorderly{s} }},
	{"an event that isn't raised", "N2", "what reaches nobody is raised", func(s Store) Store { return silent{s} }},
	{"an event that is raised too soon", "N2", "what reaches nobody is raised", func(s Store) Store { return hasty{s} }},
	{"a feed advanced with an old fence", "N4", "readers of feeds", func(s Store) Store {
		return openHanded{s, &sync.Mutex{}, make(map[notify.FeedID]int64)}
	}},
	{"a feed for everybody who asks", "N4", "readers of feeds", func(s Store) Store { return shared{s} }},
	{"a purge of what is still to be sent", "N5", "purging", func(s Store) Store { return reckless{s} }},
	{"a purge of what has just ended", "N5", "purging", func(s Store) Store { return timeless{s} }},
	{"a purge without a limit", "N5", "purging", func(s Store) Store { return limitless{s} }},
	{"a feed that is not listed", "N3", "feeds without gaps, in order", func(s Store) Store { return rotaAlone{s} }},
	{"marks shared with who read them", "P2", "digests and their marks", func(s Store) Store {
		return markCache{s, &sync.Mutex{}, map[int64]map[notify.FeedID]int64{}}
	}},
	{"a feed with gaps", "N3", "feeds without gaps, in order", func(s Store) Store { return gaps{s} }},
	{"a feed that skips a late commit", "N3", "feeds without gaps, in order", func(s Store) Store {
		return sequenced{s, &sync.Mutex{}, map[string]int64{}}
	}},
	{"a mark that is not compared", "N3", "digests and their marks", func(s Store) Store { return markless{s} }},
	{"an ignored bump, by chance", "A7", "as a naive model says", func(s Store) Store {
		return broken{Store: s, commit: func(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
			return s.Commit(ctx, forced(ctx, s, c))
		}}
	}},
	{"diaries that are not kept", "A7", "random histories", func(s Store) Store {
		return spoilt(s, func(c *desk.Changes) { c.Diaries = nil })
	}},
}

// Each broken store is found out, by the clause that is there for it, and the failure names the rule. Every other
// failure names one, too.
func TestBrokenStoresAreFoundOut(t *testing.T) {
	if fine := check(t, breaking(whole1), clauses()[:len(clauses())-2]); len(fine) > 0 {
		t.Errorf("a store that is not broken: %v", fine)
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			some := slices.DeleteFunc(clauses(), func(c clause) bool { return c.name != f.clause })
			if len(some) != 1 {
				t.Fatalf("there is no clause %q", f.clause)
			}
			// What is found by chance is looked for until it is: in a short run a clause has few tries of its own.
			tries := 1
			if strings.HasSuffix(f.name, "by chance") {
				tries = 50
			}
			var failed []failure
			named := false
			for ; !named && tries > 0; tries-- {
				failed = check(t, breaking(f.how), some)
				for _, one := range failed {
					named = named || one.rule() == f.rule
					if one.rule() == "" {
						t.Errorf("%s fails without naming a rule: %s", one.clause, one.message)
					}
				}
			}
			if !named {
				t.Errorf("%q does not say that %s is broken: %v", f.clause, f.rule, failed)
			}
		})
	}
}

// A clause that a broken store leaves without what it goes on with fails by its rule, and the clauses after it are
// played all the same. The contract is run by another process of this test, for it has to fail.
func TestN2ABrokenStoreDoesNotEndTheTests(t *testing.T) {
	const variable = "SESSIONAL_STORETEST_SILENT"
	if os.Getenv(variable) != "" {
		Run(t, Harness{Open: func(testing.TB) Store { return silent{memory.New()} }, Histories: 1, Racers: 2})
		return
	}
	run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.short")
	run.Env = append(os.Environ(), variable+"=1")
	said, err := run.CombinedOutput()
	all := clauses()
	last := strings.ReplaceAll(all[len(all)-1].rule+" "+all[len(all)-1].name, " ", "_")
	switch text := string(said); {
	case err == nil:
		t.Error("a store that raises nothing passed")
	case !strings.Contains(text, ": N2: "), !strings.Contains(text, "--- PASS: "+t.Name()+"/"+last):
		t.Errorf("it doesn't name N2, or the last clause was not played:\n%s", text)
	}
}

// Two handles that don't see each other's leases, or each other's commits, are found out as well.
func TestBrokenHandlesAreFoundOut(t *testing.T) {
	some := slices.DeleteFunc(clauses(), func(c clause) bool { return c.name != twoHandles })
	same := Harness{
		Open:  func(testing.TB) Store { return memory.New() },
		Again: func(_ testing.TB, s Store) Store { return s },
	}
	if fine := check(t, same, some); len(fine) > 0 {
		t.Errorf("two handles on one store: %v", fine)
	}
	for name, c := range map[string]struct {
		rule  string
		again func(s Store) Store
	}{
		"P2 a handle that sees what it read before": {"P2", func(s Store) Store {
			cache := map[session.SessionID]desk.Snapshot{}
			return broken{Store: s, load: func(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
				if old, ok := cache[want.Session]; ok && want.Session != "" {
					return old, nil
				}
				read, err := s.Load(ctx, want)
				cache[want.Session] = read
				return read, err
			}}
		}},
		"N5 a handle that keeps its leases to itself": {"N5", func(s Store) Store { return leaseless{s} }},
	} {
		t.Run(name, func(t *testing.T) {
			h := same
			h.Again = func(_ testing.TB, s Store) Store { return c.again(s) }
			failed := check(t, h, some)
			if !slices.ContainsFunc(failed, func(f failure) bool { return f.rule() == c.rule }) {
				t.Errorf("no clause says that %s is broken: %v", c.rule, failed)
			}
		})
	}
}

// Each clause says which rule it is about, and its name stands for it alone.
func TestClausesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range clauses() {
		if seen[c.name] || !ruleID.MatchString(fmt.Sprint(c.rule, ": ")) || c.test == nil {
			t.Errorf("clause %q of rule %q", c.name, c.rule)
		}
		seen[c.name] = true
	}
}
