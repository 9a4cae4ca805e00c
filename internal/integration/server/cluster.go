package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// templates are fresh clusters, one of each major, that the clusters of tests are copies of: initdb takes a second, a
// copy a tenth.
var templates = struct {
	sync.Mutex
	folders map[int]string
}{folders: map[int]string{}}

func template(major int, t tools) (string, error) {
	templates.Lock()
	defer templates.Unlock()
	if folder := templates.folders[major]; folder != "" {
		return folder, nil
	}
	folder, err := newFolder()
	if err != nil {
		return "", err
	}
	data := filepath.Join(folder, "data")
	c := t.command("initdb", "-D", data, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	c.Dir = folder
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	templates.folders[major] = data
	return data, nil
}

// Standby starts a second server that follows this one, which from then on acknowledges a commit only when both have
// written it. For that this one is stopped and started again: its folder is copied at rest, which works with every
// major and needs no pg_basebackup. The standby can be read until it is promoted; it is stopped when the test ends.
func (p *Postgres) Standby(tb testing.TB) *Postgres {
	tb.Helper()
	if p.other != "" {
		tb.Skip(ErrNotOurs)
	}
	s := &Postgres{major: p.major, tools: p.tools, settings: maps.Clone(p.settings)}
	tb.Cleanup(func() { s.clean(tb) })
	if err := s.follow(p); err != nil {
		tb.Fatalf("no standby of PostgreSQL %d: %v", p.major, err)
	}
	return s
}

func (p *Postgres) follow(primary *Postgres) error {
	if err := primary.Stop(Fast); err != nil {
		return err
	}
	var err error
	if p.folder, err = newFolder(); err != nil {
		return err
	}
	if err := copyTree(primary.data(), p.data()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.data(), "standby.signal"), nil, 0o600); err != nil {
		return err
	}
	p.settings["primary_conninfo"] = fmt.Sprintf("host=127.0.0.1 port=%d user=%s application_name=standby",
		primary.port, superuser)
	p.settings["wal_retrieve_retry_interval"] = "50ms" // a first try that comes too early costs no five seconds
	primary.settings["synchronous_standby_names"] = "standby"
	if err := errors.Join(primary.start(), p.first()); err != nil {
		return err
	}
	return primary.awaitStandby()
}

// awaitStandby waits until commits wait for the standby.
func (p *Postgres) awaitStandby() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		var inSync bool
		if err := p.query(ctx, "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'", &inSync); err != nil {
			return err
		}
		if inSync {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Promote makes a standby a server of its own, which accepts writes when Promote returns. Stop the one that it follows
// first: nothing else keeps clients from writing to both.
func (p *Postgres) Promote() error {
	if p.other != "" {
		return ErrNotOurs
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	var promoted bool
	if err := p.query(ctx, "SELECT pg_promote(true, 60)", &promoted); err != nil {
		return err
	}
	if !promoted {
		return errors.New("the standby was not promoted in time")
	}
	return nil
}
