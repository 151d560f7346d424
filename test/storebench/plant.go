package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/holdfast-edge/holdfast/tag"
)

const (
	site     = "plant-7"
	began    = int64(1_800_000_000_000_000_000)
	tagsEach = 20
)

// stream returns a schema of floats.
func stream(name string, fields int) *tag.Schema {
	all := make([]tag.Field, fields)
	for i := range all {
		all[i] = tag.Field{Name: fmt.Sprintf("f%d", i), Kind: tag.Float}
	}
	s, err := tag.NewSchema(tag.NewStreamID(site, name), name, all...)
	if err != nil {
		panic(err) // the names are distinct
	}
	return s
}

// plant makes noisy process data: ten slow analogue signals with one decimal,
// six counters and four states a device.
type plant struct {
	schemas []*tag.Schema
	levels  [][]int
	random  *rand.Rand
}

func newPlant(devices int) *plant {
	p := &plant{random: rand.New(rand.NewPCG(11, 12))}
	for i := range devices {
		p.schemas = append(p.schemas, stream(fmt.Sprintf("device_%d", i), tagsEach))
		p.levels = append(p.levels, make([]int, tagsEach))
	}
	return p
}

// row returns what a device measures in a second.
func (p *plant) row(device, second int) *tag.Batch {
	b := tag.NewBuilder(p.schemas[device], 1)
	row := b.Row(began + int64(second)*1e9 + int64(p.random.IntN(2_000_000)))
	levels := p.levels[device]
	for slot := range row {
		switch {
		case slot < 10:
			levels[slot] += p.random.IntN(5) - 2
			row[slot] = tag.FloatOf(float64(2000+levels[slot]) / 10)
		case slot < 16:
			levels[slot] += p.random.IntN(3)
			row[slot] = tag.IntOf(int64(levels[slot]))
		default:
			row[slot] = tag.BoolOf(second/600%2 == 0)
		}
	}
	return b.Batch()
}

// climate returns rows of some 200 octets of JSON.
func climate(rows int) *tag.Batch {
	b := tag.NewBuilder(stream("climate", 18), rows)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		row := b.Row(began + int64(i)*1e8)
		for slot := range 16 {
			row[slot] = tag.FloatOf(float64(2000+slot*100+random.IntN(16)) / 10)
		}
		row[16], row[17] = tag.IntOf(int64(i)), tag.BoolOf(i%100 == 0)
	}
	return b.Batch()
}

// noise returns rows that do not compress.
func noise(seed int) *tag.Batch {
	b := tag.NewBuilder(stream("noise", 64), 2000)
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	for i := range 2000 {
		row := b.Row(began + int64(i))
		for slot := range row {
			row[slot] = tag.FloatOf(random.NormFloat64())
		}
	}
	return b.Batch()
}
