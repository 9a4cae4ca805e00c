package ordered

import (
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestSetAgreesWithASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set Set
		model := map[Key]bool{}
		key := rapid.Custom(func(t *rapid.T) Key {
			return Key{At: rapid.Int64Range(-300, 300).Draw(t, "at"), ID: rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 2, -1).Draw(t, "id")}
		})
		for range rapid.IntRange(0, 3000).Draw(t, "steps") {
			k := key.Draw(t, "key")
			if rapid.IntRange(0, 3).Draw(t, "do") == 0 {
				set.Remove(k)
				delete(model, k)
			} else {
				set.Add(k)
				model[k] = true
			}
		}
		from := key.Draw(t, "from")
		var want, got []Key
		for k := range model {
			if k.Compare(from) >= 0 {
				want = append(want, k)
			}
		}
		slices.SortFunc(want, Key.Compare)
		for k := range set.From(from) {
			got = append(got, k)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("keys from %v (-want +got):\n%s", from, diff)
		}
		if set.Len() != len(model) {
			t.Fatalf("Len() = %d, want %d", set.Len(), len(model))
		}
	})
}

func TestSetStopsWhenAskedTo(t *testing.T) {
	var set Set
	for i := range int64(2000) {
		set.Add(Key{At: i})
	}
	n := 0
	for range set.From(Key{At: 100}) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("read %d keys, want 3", n)
	}
}

func TestMergeKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sets := make([]Set, rapid.IntRange(0, 4).Draw(t, "sets"))
		var want []Key
		for i := range sets {
			for range rapid.IntRange(0, 20).Draw(t, "keys") {
				k := Key{At: rapid.Int64Range(0, 50).Draw(t, "at"), ID: string(rune('a' + i))}
				before := sets[i].Len()
				sets[i].Add(k)
				if sets[i].Len() > before {
					want = append(want, k)
				}
			}
		}
		slices.SortFunc(want, Key.Compare)
		var sequences []iter.Seq[Key]
		for i := range sets {
			sequences = append(sequences, sets[i].From(Key{At: -1}))
		}
		limit := rapid.IntRange(1, 90).Draw(t, "limit")
		var got []Key
		for k := range Merge(sequences...) {
			if got = append(got, k); len(got) == limit {
				break
			}
		}
		if diff := cmp.Diff(want[:min(limit, len(want))], got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("merged (-want +got):\n%s", diff)
		}
	})
}
