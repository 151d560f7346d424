package log_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

// TestAFullDiskKeepsNoAcknowledgementBeforeWhatWasMadeOfIt takes an input, and
// appends what a rule makes of it, while the disk is full: with what was made, the
// checkpoint and the acknowledgement behind it have to wait.
func TestAFullDiskKeepsNoAcknowledgementBeforeWhatWasMadeOfIt(t *testing.T) {
	disk := storetest.SmallDisk(t, 16)
	n := start(t, onDisk(disk))
	rule := n.cursor("rule", log.CursorOptions{SingleLane: true})
	line := n.cursor("line", log.CursorOptions{SingleLane: true})
	for i := range 3 {
		n.appendSync(noise("boiler", i))
	}
	take(t, line, 2)
	disk.Fill(t)
	refuse(t, n, 3)

	made := next(t, rule)
	n.append(noise("made", 0))
	n.Checkpoint("rule", []byte("has seen the first entry"))
	rule.Ack(made)
	take(t, line, 1)
	before := n.Stats().Failures
	eventually(t, "it was tried", func() bool { return n.Stats().Failures > before+1 })
	if err := n.close(); err == nil {
		t.Fatal("what is in memory alone was lost, and nobody is told")
	}
	disk.Relieve(t)
	n.open()
	n.appendSync(noise("boiler", 99))
	if state, err := n.LoadCheckpoint("rule"); err != nil || state != nil {
		t.Errorf("a checkpoint %q, %v, behind what is lost", state, err)
	}
	if again := next(t, n.cursor("rule", log.CursorOptions{SingleLane: true})); again.Position != made.Position {
		t.Errorf("the rule goes on at %d, and what it made of %d is lost", again.Position, made.Position)
	}
	if e := next(t, n.cursor("line", log.CursorOptions{SingleLane: true})); e.Position != made.Position+3 {
		t.Errorf("the other cursor goes on at %d, it has acknowledged all before %d", e.Position, made.Position+3)
	}
}
