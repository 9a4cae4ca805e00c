package session

// Command is what every command has: an id and an actor. It is embedded in each command struct.
type Command struct {
	// ID names this act. A retry carries the same one and gets the first outcome (P3); it is scoped to By.
	ID CommandID
	// By is who does it, and in which capacity (P1).
	By Actor
}

// Do returns the head of a command: session.Withdraw{Command: session.Do(id, actor), …}.
func Do(id CommandID, by Actor) Command { return Command{ID: id, By: by} }

// Head returns the command's id and actor, whichever command it is embedded in.
func (c Command) Head() Command { return c }

// Validate checks the id and the actor; the error is a *FieldError naming "ID" or "By.…".
func (c Command) Validate() error {
	if err := CheckID("ID", c.ID); err != nil {
		return err
	}
	return c.By.Validate()
}
