package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/proof"
	"github.com/holdfast-edge/holdfast/tag"
)

// logged makes the log of a node that has stopped: ten records of a stream, the
// last two of which its sink has not acknowledged. It returns the data directory
// and the records as the sink sent them.
func logged(t *testing.T) (dir string, sent []string) {
	t.Helper()
	dir = t.TempDir()
	l, err := log.Open(log.Options{Dir: filepath.Join(dir, "log"), Site: "plant-7"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- l.Run(ctx) }()
	cursor, err := l.Cursor("sink/line", log.CursorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "boiler"), "boiler", tag.Field{Name: "t", Kind: tag.Float})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		b := tag.NewBuilder(schema, 1)
		b.Row(int64(i))[0] = tag.FloatOf(20)
		if _, err := l.AppendSync(ctx, b.Batch()); err != nil {
			t.Fatal(err)
		}
		e, err := cursor.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if i < 8 {
			cursor.Ack(e)
			sent = append(sent, `{"t":20,"id":"`+e.First().String()+`"}`)
		}
	}
	cancel()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, sent
}

func verify(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(append([]string{"verify"}, args...), &out, &errs)
	return code, out.String() + errs.String()
}

func TestVerifyProvesThatAReceiverIsComplete(t *testing.T) {
	dir, sent := logged(t)
	file := filepath.Join(t.TempDir(), "received.jsonl")
	write := func(lines []string) {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(sent)
	if code, said := verify(t, "line", "--data", dir, "--received", file); code != 0 || !strings.Contains(said, "boiler") {
		t.Errorf("complete: %d\n%s", code, said)
	}
	write(append(sent[:3:3], sent[5:]...))
	code, said := verify(t, "line", "--data", dir, "--received", file)
	if code != exitFailed || !strings.Contains(said, "missing: 2 records of boiler") || !strings.Contains(said, "/4 on") {
		t.Errorf("two missing: %d\n%s", code, said)
	}
	code, said = verify(t, "line", "--data", dir, "--received", file, "-o", "json")
	var reports []proof.Report
	if err := json.NewDecoder(strings.NewReader(said)).Decode(&reports); err != nil || code != exitFailed || reports[0].Missing() != 2 {
		t.Errorf("two missing, as JSON: %d, %v\n%s", code, err, said)
	}
}

func TestVerifyTellsWhatASinkHasNotAcknowledged(t *testing.T) {
	dir, _ := logged(t)
	code, said := verify(t, "--data", dir)
	if fields := strings.Fields(said); code != 0 || len(fields) < 6 || !strings.Contains(strings.Join(fields, " "), "10 8 2 0") {
		t.Errorf("%d\n%s", code, said)
	}
	if code, said := verify(t, "lime", "--data", dir); code != exitConfig || !strings.Contains(said, "line") {
		t.Errorf("an unknown sink: %d\n%s", code, said)
	}
	if code, said := verify(t, "--data", t.TempDir()); code != exitFailed {
		t.Errorf("no log: %d\n%s", code, said)
	}
}
