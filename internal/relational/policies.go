package relational

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// PolicyRow is a policy as a row.
func PolicyRow(p withdrawal.Policy) Policy {
	row := Policy{Provider: p.Provider, Version: p.Version, ValidFrom: p.ValidFrom, Terms: p}
	if terms, err := json.Marshal(p); err == nil { // where it isn't, neither are the terms written
		sum := sha256.Sum256(terms)
		row.Digest = hex.EncodeToString(sum[:])
	}
	return row
}

// Policies returns all versions of a provider's policy (W11).
func (r *Lists) Policies(ctx context.Context, provider session.ProviderID) (withdrawal.Policies, error) {
	rows, err := PolicyRows(ctx, r, provider)
	var policies withdrawal.Policies
	for _, row := range rows {
		policies = append(policies, row.Terms)
	}
	return policies, err
}

// PolicyRows returns their rows.
func PolicyRows(ctx context.Context, r *Lists, provider session.ProviderID) ([]Policy, error) {
	return all[Policy](ctx, r, Policies, condition{"t.provider = ", text(provider)}, " ORDER BY t.version")
}

// maxKnown is how many policies are remembered.
const maxKnown = 1000

// KnownPolicies remembers policies by their digests. Every command depends on all of its provider's, and they hardly ever
// change: to read them and take them apart each time took longer than all other rows together. A digest stands for all
// that a policy is made of, so that nothing that is remembered can be out of date. The zero value is ready.
type KnownPolicies struct {
	mu    sync.RWMutex
	terms map[string]withdrawal.Policy
}

// Of returns the policies with some digests, in their order, which share no memory with another caller's. Where one isn't
// known yet, it reads all of the provider's.
func (k *KnownPolicies) Of(digests []string, read func() ([]Policy, error)) (withdrawal.Policies, error) {
	if len(digests) == 0 {
		return nil, nil
	}
	if policies, ok := k.recall(digests); ok {
		return policies, nil
	}
	rows, err := read()
	if err != nil {
		return nil, err
	}
	k.learn(rows)
	policies, ok := k.recall(digests)
	if !ok {
		return nil, fmt.Errorf("one of %d policies that were there is there no longer", len(digests))
	}
	return policies, nil
}

func (k *KnownPolicies) recall(digests []string) (withdrawal.Policies, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	policies := make(withdrawal.Policies, len(digests))
	for i, digest := range digests {
		terms, known := k.terms[digest]
		if !known {
			return nil, false
		}
		policies[i] = terms.Clone()
	}
	return policies, true
}

func (k *KnownPolicies) learn(rows []Policy) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.terms == nil || len(k.terms)+len(rows) > maxKnown {
		k.terms = make(map[string]withdrawal.Policy, len(rows))
	}
	for _, row := range rows {
		k.terms[row.Digest] = row.Terms
	}
}
