package plant_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
	"github.com/holdfast-edge/holdfast/test/plant"
)

// measured is what a plant of three devices measures in two seconds.
func measured(t *testing.T) map[string][]tag.Value {
	t.Helper()
	l, err := log.Open(log.Options{Dir: t.TempDir(), Site: plant.Site})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	p, err := plant.New(3, 12)
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Cursor("reader", log.CursorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for second := range 2 {
		if err := p.Second(ctx, l, time.Unix(int64(second), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if p.Seconds() != 2 {
		t.Errorf("it has measured for %d seconds", p.Seconds())
	}
	rows := map[string][]tag.Value{}
	for len(rows) < 2*len(p.Schemas()) {
		e, err := c.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range e.Batch.Len() {
			rows[fmt.Sprint(e.Batch.Schema().Name(), " at ", e.Batch.Time(i))] = e.Batch.Row(i)
		}
		c.Ack(e)
	}
	return rows
}

func TestAPlantMeasuresTheSameWheneverItIsMade(t *testing.T) {
	one, other := measured(t), measured(t)
	same := func(a, b []tag.Value) bool { return slices.EqualFunc(a, b, tag.Value.Equal) }
	if !maps.EqualFunc(one, other, same) {
		t.Errorf("it measured\n%v\nand\n%v", one, other)
	}
}
