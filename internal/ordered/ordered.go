// Package ordered holds a sorted set of keys that stays fast at a million of them: what a page of a list or the
// next thing due is read from.
package ordered

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Key is a place in an order: by At, then by ID.
type Key struct {
	At int64
	ID string
}

// Compare orders keys.
func (k Key) Compare(o Key) int {
	if c := cmp.Compare(k.At, o.At); c != 0 {
		return c
	}
	return strings.Compare(k.ID, o.ID)
}

// block is the greatest number of keys kept in one run: large enough that the list of runs is short, small enough
// that moving half a run costs little.
const block = 512

// Set is a sorted set. The zero value is empty and ready. It is not safe for concurrent use.
type Set struct {
	runs [][]Key
	size int
}

// Len is the number of keys.
func (s *Set) Len() int { return s.size }

// find returns the run that holds or would hold k, and the place in it.
func (s *Set) find(k Key) (run, place int, found bool) {
	run, _ = slices.BinarySearchFunc(s.runs, k, func(r []Key, k Key) int { return r[len(r)-1].Compare(k) })
	if run == len(s.runs) {
		run = max(0, run-1)
	}
	if len(s.runs) == 0 {
		return 0, 0, false
	}
	place, found = slices.BinarySearchFunc(s.runs[run], k, Key.Compare)
	return run, place, found
}

// Add puts k in; it may be there already.
func (s *Set) Add(k Key) {
	run, place, found := s.find(k)
	if found {
		return
	}
	s.size++
	if len(s.runs) == 0 {
		s.runs = [][]Key{{k}}
		return
	}
	r := slices.Insert(s.runs[run], place, k)
	if len(r) <= block {
		s.runs[run] = r
		return
	}
	half := slices.Clone(r[block/2:])
	s.runs[run] = slices.Clip(r[:block/2])
	s.runs = slices.Insert(s.runs, run+1, half)
}

// Remove takes k out; it need not be there.
func (s *Set) Remove(k Key) {
	run, place, found := s.find(k)
	if !found {
		return
	}
	s.size--
	r := slices.Delete(s.runs[run], place, place+1)
	if len(r) == 0 {
		s.runs = slices.Delete(s.runs, run, run+1)
		return
	}
	s.runs[run] = r
}

// From yields the keys that are not before k, in order. The set must not change meanwhile.
func (s *Set) From(k Key) iter.Seq[Key] {
	return func(yield func(Key) bool) {
		run, place, _ := s.find(k)
		for ; run < len(s.runs); run, place = run+1, 0 {
			for _, key := range s.runs[run][place:] {
				if !yield(key) {
					return
				}
			}
		}
	}
}

// Merge yields the keys of several sorted sequences in order. Each sequence is read one key ahead.
func Merge(sequences ...iter.Seq[Key]) iter.Seq[Key] {
	if len(sequences) == 1 {
		return sequences[0]
	}
	return func(yield func(Key) bool) {
		type head struct {
			key  Key
			next func() (Key, bool)
		}
		var heads []head
		for _, seq := range sequences {
			next, stop := iter.Pull(seq)
			defer stop()
			if k, ok := next(); ok {
				heads = append(heads, head{k, next})
			}
		}
		for len(heads) > 0 {
			low := 0
			for i := range heads {
				if heads[i].key.Compare(heads[low].key) < 0 {
					low = i
				}
			}
			if !yield(heads[low].key) {
				return
			}
			if k, ok := heads[low].next(); ok {
				heads[low].key = k
			} else {
				heads = slices.Delete(heads, low, low+1)
			}
		}
	}
}
