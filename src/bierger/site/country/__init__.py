# SPDX-License-Identifier: EUPL-1.2
"""The demonstration country: real communes, synthetic people.

communes.csv      the communes of 1 September 2023 and the four retired codes (STATEC code list)
names.csv         their Luxembourgish and German names, where they differ
served.yaml       the administrations that have officers here: names, colours, services
"""
