package main

import (
	"context"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
)

// noted is a queue that notes of which sessions something was planned.
type noted struct {
	notify.Queue
	sessions map[session.SessionID]bool
}

// Planned is as in notify.Queue.
func (n noted) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	n.sessions[task.Event.Session] = true
	return n.Queue.Planned(ctx, task, chunk)
}

// plan decides who is told what of every event that was committed since the last time (N4), and returns of which
// sessions.
func (w *world) plan(ctx context.Context) (map[session.SessionID]bool, error) {
	queue := noted{w.store, map[session.SessionID]bool{}}
	planner := keeper.Planner{Queue: queue, Store: w.store, Directory: w.directory, Now: w.clock.Now}
	_, err := planner.Plan(ctx)
	return queue.sessions, err
}
