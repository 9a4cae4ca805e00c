package notifytest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// flawed is a queue with a fault.
type flawed struct {
	notify.Queue
	claim func(notify.Queue, notify.ClaimRequest) notify.ClaimRequest
	// settle changes an outcome, and says whether it is kept.
	settle func(*notify.Outcome) bool
	// silent raises nothing.
	silent bool
	// lenient takes outcomes from anybody.
	lenient bool
	// disorderly takes each delivery for another person's.
	disorderly bool
}

func (q flawed) Digested(ctx context.Context, m notify.DigestMark, e session.Event, all []notify.Delivery) error {
	if q.disorderly {
		all = slices.Clone(all)
		for i := range all {
			all[i].Person += session.PersonID("#" + all[i].Key)
		}
	}
	return q.Queue.Digested(ctx, m, e, all)
}

func (q flawed) Claim(ctx context.Context, r notify.ClaimRequest) ([]notify.Claim, error) {
	if q.claim != nil {
		r = q.claim(q.Queue, r)
	}
	claims, err := q.Queue.Claim(ctx, r)
	for i := range claims {
		person, _, _ := strings.Cut(string(claims[i].Delivery.Person), "#")
		claims[i].Delivery.Person = session.PersonID(person)
	}
	return claims, err
}

func (q flawed) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	all = slices.Clone(all)
	for i := range all {
		if q.silent {
			all[i].Raise = nil
		}
		if q.settle != nil {
			if !q.settle(&all[i].Outcome) {
				return places(len(all)), nil
			}
		}
		// What was made of an outcome has to be one.
		if all[i].Outcome.Retry.IsZero() {
			all[i].Outcome.Untried = false
		} else {
			all[i].Raise = nil
		}
	}
	lost, err := q.Queue.Settle(ctx, all)
	if q.lenient {
		return nil, err
	}
	return lost, err
}

func TestN5BrokenQueuesAreFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		broken flawed
		want   string
	}{
		{"one whose leases never end", flawed{claim: func(_ notify.Queue, r notify.ClaimRequest) notify.ClaimRequest {
			r.Lease = 10000 * time.Hour
			return r
		}}, "N5 what a process had in hand when it died"},
		{"one whose leases end at once", flawed{claim: func(_ notify.Queue, r notify.ClaimRequest) notify.ClaimRequest {
			r.Lease = time.Microsecond
			return r
		}}, "N5 what a process had in hand when it died"},
		{"one with a clock of its own", flawed{claim: func(_ notify.Queue, r notify.ClaimRequest) notify.ClaimRequest {
			r.Now = r.Now.Add(time.Hour)
			return r
		}}, "N5 failed comes back when it is due"},
		{"one that ignores channels", flawed{claim: func(_ notify.Queue, r notify.ClaimRequest) notify.ClaimRequest {
			r.Channels = nil
			return r
		}}, "N5 each channel by itself"},
		{"one that takes outcomes from anybody", flawed{lenient: true}, "N5 what a process had in hand when it died"},
		{"one that brings back what was parked", flawed{settle: func(o *notify.Outcome) bool {
			if o.State == notify.Unknown && o.Retry.IsZero() {
				o.Retry = o.At.Add(time.Hour)
			}
			return true
		}}, "N5 parked stays so"},
		{"one that brings back what was given up", flawed{settle: func(o *notify.Outcome) bool {
			if o.State == notify.GivenUp {
				o.State, o.Retry = notify.Failed, o.At.Add(time.Hour)
			}
			return true
		}}, "N5 given up stays so"},
		{"one that brings back what was overtaken", flawed{settle: func(o *notify.Outcome) bool {
			if o.State == notify.Stale {
				o.State, o.Retry = notify.Failed, o.At.Add(time.Hour)
			}
			return true
		}}, "N5 overtaken is not told"},
		{"one that forgets what failed", flawed{settle: func(o *notify.Outcome) bool {
			if o.State == notify.Failed {
				o.State, o.Retry = notify.GivenUp, time.Time{}
			}
			return true
		}}, "N5 failed comes back when it is due"},
		{"one that takes what is unknown for failed", flawed{settle: func(o *notify.Outcome) bool {
			if o.State == notify.Unknown && !o.Retry.IsZero() {
				o.State = notify.Failed
			}
			return true
		}}, "N5 what is unknown comes back as such"},
		{"one that counts what wasn't tried", flawed{settle: func(o *notify.Outcome) bool {
			o.Untried = false
			return true
		}}, "N5 what is put off is no attempt"},
		{"one that raises nothing", flawed{silent: true}, "N2 what reaches nobody is raised"},
		{"one that has no order", flawed{disorderly: true}, "N5 nobody is told out of order"},
		{"one that loses outcomes", flawed{settle: func(*notify.Outcome) bool {
			return false
		}}, "N5 told once each, in order"},
	} {
		failures := map[string][]string{}
		for _, clause := range queueClauses {
			failures[clause.name] = record(t, func(tb testing.TB) {
				q := c.broken
				q.Queue = memory.New()
				clause.test(newOffice(tb, q))
			})
		}
		found(t, c.name, failures, c.want)
	}
}

// places are those of a list.
func places(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
