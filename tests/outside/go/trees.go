// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
	// proofs is how many of a large log's records and earlier sizes are proved one by one; of a small log all are.
	proofs = 1000
)

// stored holds every hash of a tree, in the order the tlog package gives them.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not stored", index)
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

// folder reads tiles where tlog-tiles puts them: as the tlog package names them, without the height.
type folder string

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		read, err := os.ReadFile(f.path(tile.Path()))
		if err != nil {
			return nil, err
		}
		data[i] = read
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) path(name string) string {
	return filepath.Join(string(f), strings.Replace(name, fmt.Sprintf("tile/%d/", height), "tile/", 1))
}

// entries reads all bundles of a log of the given size.
func (f folder) entries(size int64) ([][]byte, error) {
	var all [][]byte
	for index := int64(0); index*width < size; index++ {
		tile := tlog.Tile{H: height, L: 0, N: index, W: int(min(width, size-index*width))}
		data, err := os.ReadFile(f.path(strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)))
		if err != nil {
			return nil, err
		}
		for n := 0; n < tile.W; n++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %d is cut", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("bundle %d is too long", index)
		}
	}
	return all, nil
}

func audit(path string, vkeys []string) (map[string]any, error) {
	data, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return nil, err
	}
	head, err := openCheckpoint(data, vkeys)
	if err != nil {
		return nil, err
	}
	log := folder(path)
	entries, err := log.entries(head.tree.N)
	if err != nil {
		return nil, err
	}
	hashes, err := rehash(entries, head.tree)
	if err != nil {
		return nil, err
	}
	tiles := tlog.NewTiles(height, 0, head.tree.N)
	if err := compare(log, tiles, hashes); err != nil {
		return nil, err
	}
	records, err := proveRecords(log, head.tree, entries)
	if err != nil {
		return nil, err
	}
	sizes, err := proveSizes(log, head.tree, hashes)
	return map[string]any{
		"origin": head.origin, "size": head.tree.N, "root": head.tree.Hash.String(),
		"tiles": len(tiles), "records": records, "sizes": sizes,
	}, err
}

// rehash makes the tree again from nothing but the entries.
func rehash(entries [][]byte, tree tlog.Tree) (stored, error) {
	var hashes stored
	for n, entry := range entries {
		added, err := tlog.StoredHashes(int64(n), entry, hashes)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, added...)
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, fmt.Errorf("the entries make the root %v, the log signed %v", root, tree.Hash)
	}
	return hashes, nil
}

func compare(log folder, tiles []tlog.Tile, hashes stored) error {
	published, err := log.ReadTiles(tiles)
	if err != nil {
		return err
	}
	for i, tile := range tiles {
		made, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		if !bytes.Equal(made, published[i]) {
			return fmt.Errorf("%s is not what the entries make", log.path(tile.Path()))
		}
	}
	return nil
}

// proveRecords reads tiles only, as somebody does who does not have the entries.
func proveRecords(log folder, tree tlog.Tree, entries [][]byte) (int, error) {
	reader := tlog.TileHashReader(tree, log)
	done := 0
	for n := int64(0); n < tree.N; n += 1 + tree.N/proofs {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return done, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entries[n])); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

func proveSizes(log folder, tree tlog.Tree, hashes stored) (int, error) {
	reader := tlog.TileHashReader(tree, log)
	done := 0
	for n := int64(1); n < tree.N; n += 1 + tree.N/proofs {
		root, err := tlog.TreeHash(n, hashes)
		if err != nil {
			return done, err
		}
		proof, err := tlog.ProveTree(tree.N, n, reader)
		if err != nil {
			return done, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, n, root); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// checkProof reads a .tlog-proof: a first line, perhaps an extra one, the index, the path, an empty line, a checkpoint.
func checkProof(path string, entry []byte, vkeys []string) (map[string]any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	head, signed, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, fmt.Errorf("not a tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return nil, err
	}
	hashes, err := parseHashes(lines[1:])
	if err != nil {
		return nil, err
	}
	opened, err := openCheckpoint([]byte(signed), vkeys)
	if err != nil {
		return nil, err
	}
	err = tlog.CheckRecord(hashes, opened.tree.N, opened.tree.Hash, index, tlog.RecordHash(entry))
	return map[string]any{"origin": opened.origin, "size": opened.tree.N, "index": index}, err
}

// checkGrowth reads what a log sends to a witness: the old size, the path, an empty line, a checkpoint.
func checkGrowth(old, request string, vkeys []string) (map[string]any, error) {
	before, err := os.ReadFile(old)
	if err != nil {
		return nil, err
	}
	first, err := openCheckpoint(before, vkeys)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(request)
	if err != nil {
		return nil, err
	}
	head, signed, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != fmt.Sprintf("old %d", first.tree.N) {
		return nil, fmt.Errorf("not a request about a tree of %d", first.tree.N)
	}
	hashes, err := parseHashes(lines[1:])
	if err != nil {
		return nil, err
	}
	second, err := openCheckpoint([]byte(signed), vkeys)
	if err != nil {
		return nil, err
	}
	err = tlog.CheckTree(hashes, second.tree.N, second.tree.Hash, first.tree.N, first.tree.Hash)
	return map[string]any{"old": first.tree.N, "size": second.tree.N}, err
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
