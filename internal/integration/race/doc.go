// Package race lets many users act at once, from several processes, on few sessions and few clinicians, and checks the
// history of what they asked and were told: it must be one that they could have lived through one after the other (A7,
// P3), and the store must hold exactly what they were told (P2, N4).
package race
