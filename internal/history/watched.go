package history

import (
	"context"
	"errors"

	"github.com/sessional-go/sessional/rota/desk"
)

// errDown is what a commit meets where the store is made to fail.
var errDown = errors.New("the store can't be reached")

// fault is what befalls the next commit.
type fault int

const (
	none fault = iota
	// conflict says that something had changed, although nothing has: the desk has to decide anew.
	conflict
	// lost makes the changes and loses the answer: the desk has to find its outcome.
	lost
	// down makes nothing and says so.
	down
)

// watched is the store under test, which counts what was committed, and now and then answers as stores do on a bad day.
type watched struct {
	desk.Store
	next    fault
	commits int
	// asked says that the store was asked to commit, whatever it said.
	asked bool
	// touched is what was committed to since it was last looked at.
	touched *touched
}

// Commit passes the changes on, but for the fault that is due.
func (s *watched) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	due := s.next
	s.next = none
	switch due {
	case none, lost:
	case conflict:
		return desk.Conflict, nil
	case down:
		return 0, errDown
	}
	s.asked = true
	verdict, err := s.Store.Commit(ctx, c)
	if verdict == desk.Done && err == nil {
		s.commits++
		s.touched.add(c)
	}
	if due == lost {
		return 0, errDown
	}
	return verdict, err
}
