// Package plant makes what a plant measures, for programs that fill a node's log, or a history, at speed: the same of the same
// size, always.
package plant

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// Site is the plant's name.
const Site = "plant-7"

// Plant is devices with tags each, and a row of each every second: half slow analogue signals with one decimal, a third
// counters, the rest states; with a jittering clock. It belongs to one goroutine.
type Plant struct {
	schemas []*tag.Schema
	levels  [][]int
	random  *rand.Rand
	seconds uint64
}

// New returns a plant that has measured nothing yet.
func New(devices, tags int) (*Plant, error) {
	p := &Plant{random: rand.New(rand.NewPCG(11, 12))}
	fields := make([]tag.Field, tags)
	for i := range fields {
		fields[i] = tag.Field{Name: fmt.Sprintf("tag_%d", i), Kind: tag.Float}
	}
	for i := range devices {
		name := fmt.Sprintf("device_%d", i)
		schema, err := tag.NewSchema(tag.NewStreamID(Site, name), name, fields...)
		if err != nil {
			return nil, fmt.Errorf("make the schema of %s: %w", name, err)
		}
		p.schemas, p.levels = append(p.schemas, schema), append(p.levels, make([]int, tags))
	}
	return p, nil
}

// Schemas are those of the devices.
func (p *Plant) Schemas() []*tag.Schema { return p.schemas }

// Seconds is how often Second has been called: so many rows of each device there are.
func (p *Plant) Seconds() uint64 { return p.seconds }

// Second appends what all devices measure in the second that begins at a moment.
func (p *Plant) Second(ctx context.Context, l *log.Log, at time.Time) error {
	for device := range p.schemas {
		if err := l.Append(ctx, p.Row(device, at)); err != nil {
			return err
		}
	}
	p.seconds++
	return nil
}

// Row is what a device, by its number from 0 on, measures in the second that begins at a moment. Its states change every ten
// minutes.
func (p *Plant) Row(device int, at time.Time) *tag.Batch {
	b := tag.NewBuilder(p.schemas[device], 1)
	p.fill(b.Row(at.UnixNano()+int64(p.random.IntN(2_000_000))), p.levels[device], at.Unix()/600%2 == 0)
	return b.Batch()
}

func (p *Plant) fill(row []tag.Value, levels []int, state bool) {
	for slot := range row {
		switch kind := slot * 6 / len(row); {
		case kind < 3:
			levels[slot] += p.random.IntN(5) - 2
			row[slot] = tag.FloatOf(float64(2000+levels[slot]) / 10)
		case kind < 5:
			levels[slot] += p.random.IntN(3)
			row[slot] = tag.IntOf(int64(levels[slot]))
		default:
			row[slot] = tag.BoolOf(state)
		}
	}
}
