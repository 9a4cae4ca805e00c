package postgres

import (
	"context"
	"encoding/json"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// policies are what a load says of them: the digests, in the order of the versions, and the rows where it brought them.
type policies struct {
	digests []string
	rows    []json.RawMessage
}

// add adds one: its digest, or its row.
func (p *policies) add(one json.RawMessage) error {
	digest := one
	if one[0] == '{' {
		p.rows = append(p.rows, one)
		err := relational.Members(one, func(name string, value json.RawMessage) error {
			if name == "digest" {
				digest = value
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	var text string
	err := json.Unmarshal(digest, &text)
	p.digests = append(p.digests, text)
	return err
}

// policies are all versions of a policy. Those that the store doesn't know yet and the load didn't bring are read.
func (s *Store) policies(ctx context.Context, found policies, of session.ProviderID) (withdrawal.Policies, error) {
	return s.known.Of(found.digests, func() ([]relational.Policy, error) {
		if found.rows == nil {
			return relational.PolicyRows(ctx, &s.lists, of)
		}
		rows := make([]relational.Policy, len(found.rows))
		for i, row := range found.rows {
			var err error
			if rows[i], err = relational.ReadObject[relational.Policy](relational.Policies, row); err != nil {
				return nil, err
			}
		}
		return rows, nil
	})
}
