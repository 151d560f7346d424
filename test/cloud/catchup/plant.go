package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

const site = "plant-7"

// The plant: devices of tags each, a row of each every second.
const (
	devices = 10
	tags    = 100
)

// plant makes what devices measure: half slow analogue signals with one decimal, a third counters, the rest states.
type plant struct {
	schemas []*tag.Schema
	levels  [][]int
	random  *rand.Rand
	rows    uint64 // made so far of each device
}

func newPlant() (*plant, error) {
	p := &plant{random: rand.New(rand.NewPCG(11, 12))}
	fields := make([]tag.Field, tags)
	for i := range fields {
		fields[i] = tag.Field{Name: fmt.Sprintf("tag_%d", i), Kind: tag.Float}
	}
	for i := range devices {
		name := fmt.Sprintf("device_%d", i)
		schema, err := tag.NewSchema(tag.NewStreamID(site, name), name, fields...)
		if err != nil {
			return nil, err
		}
		p.schemas, p.levels = append(p.schemas, schema), append(p.levels, make([]int, tags))
	}
	return p, nil
}

// second appends what all devices measure at a moment.
func (p *plant) second(ctx context.Context, l *log.Log, at time.Time) error {
	p.rows++
	for i, schema := range p.schemas {
		b := tag.NewBuilder(schema, 1)
		p.fill(b.Row(at.UnixNano()+int64(p.random.IntN(2_000_000))), p.levels[i])
		if err := l.Append(ctx, b.Batch()); err != nil {
			return err
		}
	}
	return nil
}

func (p *plant) fill(row []tag.Value, levels []int) {
	for slot := range row {
		switch kind := slot * 6 / len(row); {
		case kind < 3:
			levels[slot] += p.random.IntN(5) - 2
			row[slot] = tag.FloatOf(float64(2000+levels[slot]) / 10)
		case kind < 5:
			levels[slot] += p.random.IntN(3)
			row[slot] = tag.IntOf(int64(levels[slot]))
		default:
			row[slot] = tag.BoolOf(p.rows/600%2 == 0)
		}
	}
}
