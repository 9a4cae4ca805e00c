package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// kept is the most texts of statements that are kept prepared. The store has far fewer; what a list with many filters
// adds beyond that is prepared each time.
const kept = 1000

// prepared is a statement that the store keeps until it is closed.
type prepared struct{ stmt *sql.Stmt }

// exec runs it on a transaction's connection. What that takes is given back with the transaction's end.
func (p *prepared) exec(ctx context.Context, tx *sql.Tx, args []any) (sql.Result, error) {
	return tx.StmtContext(ctx, p.stmt).ExecContext(ctx, args...) //nolint:sqlclosecheck // closed with the transaction
}

// query asks it on a transaction's connection.
func (p *prepared) query(ctx context.Context, tx *sql.Tx, args []any) (*sql.Rows, error) {
	return tx.StmtContext(ctx, p.stmt).QueryContext(ctx, args...) //nolint:sqlclosecheck // closed with the transaction
}

// statements are prepared statements by their text. SQLite takes longer to understand most of the store's statements
// than to run them.
type statements struct {
	db *sql.DB

	mu     sync.RWMutex
	byText map[string]*prepared
}

// get returns the prepared statement; nil where there are too many already. It asks the database for a connection: not
// to be called by who holds one.
func (p *statements) get(ctx context.Context, text string) (*prepared, error) {
	s, full := p.find(text)
	if s != nil || full {
		return s, nil
	}
	stmt, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.byText[text]; other != nil {
		return other, stmt.Close() //nolint:sqlclosecheck // somebody was faster; the other one is kept
	}
	if p.byText == nil {
		p.byText = map[string]*prepared{}
	}
	s = &prepared{stmt}
	p.byText[text] = s
	return s, nil
}

// find returns the prepared statement, or nil, and whether there is room for no more.
func (p *statements) find(text string) (s *prepared, full bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.byText[text], len(p.byText) >= kept
}

// QueryContext runs a query by its prepared statement.
func (p *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.get(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return p.db.QueryContext(ctx, query, args...)
	}
	return s.stmt.QueryContext(ctx, args...)
}

// close closes all statements.
func (p *statements) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all error
	for _, s := range p.byText {
		all = errors.Join(all, s.stmt.Close())
	}
	p.byText = nil
	return all
}
