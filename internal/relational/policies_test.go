package relational

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sessional-go/sessional/withdrawal"
)

// policyNo is a policy that differs from those with other numbers.
func policyNo(n int) withdrawal.Policy {
	p := withdrawal.Default()
	p.Provider, p.Version = "north", n
	p.Eligibility.Required = []string{fmt.Sprintf("finding-%d", n)}
	return p
}

// TestPoliciesAreReadOnce asks for policies again and again, of which more are published (W11).
func TestPoliciesAreReadOnce(t *testing.T) {
	var known KnownPolicies
	var rows []Policy
	var digests []string
	reads := 0
	read := func() ([]Policy, error) { reads++; return rows, nil }
	for n := range 3 {
		rows = append(rows, PolicyRow(policyNo(n+1)))
		digests = append(digests, rows[n].Digest)
		for range 3 {
			got, err := known.Of(digests, read)
			if err != nil || len(got) != n+1 || reads != n+1 {
				t.Fatalf("%d policies after %d reads, %v; want %d", len(got), reads, err, n+1)
			}
			for i, p := range got {
				if got := PolicyRow(p).Digest; got != digests[i] {
					t.Errorf("version %d is %+v", i+1, p)
				}
				p.Eligibility.Required[0] = "somebody else's" // what one caller does to it is no other's business
			}
		}
	}
	if got, err := known.Of(nil, read); got != nil || err != nil || reads != 3 {
		t.Errorf("no policies are %v, %v, after %d reads", got, err, reads)
	}
}

// TestPoliciesThatAreGone asks for policies that can't be read, or are not among those that are.
func TestPoliciesThatAreGone(t *testing.T) {
	var known KnownPolicies
	gone := PolicyRow(policyNo(7)).Digest
	if got, err := known.Of([]string{gone}, func() ([]Policy, error) { return []Policy{PolicyRow(policyNo(8))}, nil }); err == nil {
		t.Errorf("a policy that isn't there is %+v", got)
	}
	broken := errors.New("no answer")
	if _, err := known.Of([]string{gone}, func() ([]Policy, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("it fails with %v", err)
	}
}

// TestKnownPoliciesAreBounded has more policies than are remembered.
func TestKnownPoliciesAreBounded(t *testing.T) {
	var known KnownPolicies
	for n := range maxKnown + 10 {
		row := PolicyRow(policyNo(n + 1))
		if _, err := known.Of([]string{row.Digest}, func() ([]Policy, error) { return []Policy{row}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(known.terms) > maxKnown {
		t.Errorf("%d policies are remembered", len(known.terms))
	}
}

// TestDigestsDiffer compares the digests of policies that differ in one thing.
func TestDigestsDiffer(t *testing.T) {
	changed := policyNo(1)
	changed.Withdraw.RotaProEverywhere = true
	a, again, b := PolicyRow(policyNo(1)).Digest, PolicyRow(policyNo(1)).Digest, PolicyRow(changed).Digest
	if a != again || a == b || len(a) != 64 {
		t.Errorf("%s, %s and %s", a, again, b)
	}
}
