"""Invented people."""

from __future__ import annotations

from random import Random

from samples.values.value import Value

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任"
    "姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武戚莫孔汤"
)
_RARE_SURNAMES = "鄠佟冼逄阚亓郄隗夔滕"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚建国志文华斌宇浩凯欣雪慧玲辉鹏晨博瑞佳怡子轩梦思远航海波春秋"
    "天成立德广东末未土士己已日曰人大太"
)
_RARE_GIVEN = "甦翀旻垚昶珺祎珩淼犇晗忞祚桁斓彧隽璟"

SEXES = ("男", "女")
NATIONS = ("汉", "汉", "汉", "满", "回", "蒙古", "朝鲜", "锡伯", "土家", "壮")


def person(rng: Random, *, rare: bool | None = None) -> Value:
    """A name of two or three characters; ``rare`` draws one of GB 2312 level 2, by default for one name in six."""
    rare = rng.random() < 1 / 6 if rare is None else rare
    surname = rng.choice(_RARE_SURNAMES if rare and rng.random() < 0.2 else _SURNAMES)
    given = "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))
    if rare:
        at = rng.randrange(len(given))
        given = given[:at] + rng.choice(_RARE_GIVEN) + given[at + 1 :]
    return Value.plain(surname + given)
