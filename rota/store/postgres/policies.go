package postgres

import (
	"encoding/json"
	"sync"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/withdrawal"
)

// maxPolicies is how many policies a store remembers having read.
const maxPolicies = 1000

// policies remembers policies by the text of their rows. Every command reads its provider's, and they hardly ever change:
// to take them apart anew took longer than all other rows together. The text is all that a policy is made of, so nothing
// that is remembered can be out of date.
type policies struct {
	mu   sync.RWMutex
	read map[string]withdrawal.Policy
}

// of returns the policy of a row, sharing no memory with another caller's.
func (p *policies) of(row json.RawMessage) (withdrawal.Policy, error) {
	p.mu.RLock()
	known, there := p.read[string(row)]
	p.mu.RUnlock()
	if there {
		return known.Clone(), nil
	}
	r, err := relational.ReadObject[relational.Policy](relational.Policies, row)
	if err != nil {
		return withdrawal.Policy{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read == nil || len(p.read) >= maxPolicies {
		p.read = map[string]withdrawal.Policy{}
	}
	p.read[string(row)] = r.Terms
	return r.Terms.Clone(), nil
}
