package main

import (
	"context"

	"github.com/sessional-go/sessional/rota/keeper"
)

// plan decides who is told what of every event that was committed since the last time (N4).
func (w *world) plan(ctx context.Context) error {
	planner := keeper.Planner{Queue: w.store, Store: w.store, Directory: w.directory, Now: w.clock.Now}
	_, err := planner.Plan(ctx)
	return err
}
