"""Glyphs that OCR is known to take for one another.

Only shapes that differ by a stroke or less. Digits are never listed against digits: where 3 and 8 cannot be told apart
on a page the recogniser's confidence says so, and a listed pair would soften the check of every number.
"""

from __future__ import annotations

from extractors.kinds import simplified

_LATIN = (
    "0OQDU",
    "1ILT",
    "1l",
    "2Z",
    "5S",
    "6G",
    "6b",
    "8B",
    "9gq",
    "4A",
    "UV",
    "VY",
    "CG",
    "MN",
    "PR",
    "EF",
    "KX",
    "QG",
)
_CHINESE = (
    "己已巳", "未末", "土士", "日曰目", "人入八", "大太犬丈", "千干于", "天夫无", "王玉主壬", "田由甲申", "木本术",
    "刀力", "几九凡", "贝见", "戊戌戍", "折拆析", "侯候", "徐除", "令今", "白自", "辰最晨", "晴睛", "遣遗", "免兔",
    "冶治", "准淮", "沈沉", "宁宇", "亨享", "崇祟", "竞竟兢", "佳住隹", "科料", "板扳", "拔拨", "杨扬", "陈阵", "技枝",
    "检捡", "圆园", "口囗", "赢嬴羸", "莱菜", "茱荣", "旲昊", "昱显", "彤形", "锋峰蜂", "俊峻", "炜玮伟", "钧均",
    "萍苹", "昌吕", "旺汪", "明朋", "林材", "建健", "丽雨", "芬芳", "苑宛", "场扬", "洋泽", "清请情", "海悔", "间问",
    "闫闭", "历厉", "厂广", "斤斥", "幕墓慕", "钢铜", "铁轶", "银锒", "桥侨", "路踏", "州洲", "市巿", "区匹", "县具",
    "街衔", "栋拣", "幢憧", "座坐", "层屋", "室空", "号亏", "贸贺", "货贷", "资货", "工上", "上土", "王工", "二工",
    "三王", "一-", "丁J", "〇0O", "〇○", "口0", "卜|", "丨1", "第弟", "祥详", "祎袆", "琪淇", "瑛英", "玲珍", "冰水",
    "永水", "生主", "师帅", "刘对", "孙孔", "邱丘", "岳兵", "官宫", "傅傳", "哀衰", "茜西", "茵菌", "汨汩", "沐沭",
    "衹祇", "阳阴", "乐东", "车东", "鸟乌", "风凤", "冈岗", "侍待", "诗待", "持特", "复夏", "萧肖", "兰三", "芝艺",
    "苏办",
)  # fmt: skip
_PAIRS = frozenset(frozenset((a, b)) for group in (*_LATIN, *_CHINESE) for a in group for b in group if a != b)


def confusable(one: str, other: str) -> bool:
    """Whether two single characters are look-alikes, or the traditional and simplified form of one character."""
    if frozenset((one, other)) in _PAIRS:
        return True
    return not one.isascii() and not other.isascii() and simplified(one) == simplified(other)
