"""Looks at every page of a running console: languages, brightness, widths.

Argument: {"chromium", "address", "link", "pages", "languages", "themes", "widths", "axe", "shots"}. Prints what was measured: violations that
axe-core found, pages that are wider than the window, messages of the browser, screenshots.
"""

import json
import pathlib
import sys

from playwright.sync_api import sync_playwright

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  return e.clientWidth > 0 && style.overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1 && !e.closest('.sr') && e.textContent.trim();
}).map(e => e.outerHTML.slice(0, 120))"""


def look(page, name, argument, seen):
    for width in argument["widths"]:
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            seen["wider"].append([name, width, wider])
        seen["cut"] += [[name, width, html] for html in page.evaluate(CUT)]
        shot = pathlib.Path(argument["shots"]) / f"{name}-{width}.png"
        page.screenshot(path=str(shot), full_page=True)
        seen["shots"] += 1
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        for violation in found["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            seen["violations"].append([name, width, violation["id"], nodes])


def visit(page, path, name, argument, seen):
    page.goto(argument["address"] + path)
    page.add_script_tag(content=argument["axe_source"])
    look(page, name, argument, seen)


def main(argument):
    argument["axe_source"] = pathlib.Path(argument["axe"]).read_text()
    pathlib.Path(argument["shots"]).mkdir(parents=True, exist_ok=True)
    seen = {"shots": 0, "violations": [], "wider": [], "cut": [], "messages": [], "keyboard": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=argument["chromium"], args=["--no-sandbox", "--disable-gpu"])
        # axe is put into the page, which the page's own policy forbids.
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.on("console", lambda message: seen["messages"].append(message.text))
        page.on("pageerror", lambda error: seen["messages"].append(str(error)))
        page.goto(argument["link"])
        page.click("main button")
        for language in argument["languages"]:
            page.goto(argument["address"] + "/account")
            page.click(f"footer button[value='{language}']")
            for theme in argument["themes"]:
                page.goto(argument["address"] + "/account")
                page.click(f"footer button[value='{theme}']")
                for name, path in argument["pages"].items():
                    visit(page, path, f"{name}-{language}-{theme}", argument, seen)
        # With the keyboard alone: the first stop leads past the menu.
        page.goto(argument["address"] + "/")
        page.keyboard.press("Tab")
        seen["keyboard"].append(page.evaluate("document.activeElement.getAttribute('href')"))
        page.keyboard.press("Enter")
        seen["keyboard"].append(page.evaluate("document.activeElement.id"))
        # The page's own policy, without the exception for axe: nothing of it is refused.
        strict = browser.new_context(storage_state=context.storage_state(), user_agent=page.evaluate("navigator.userAgent"))
        own = strict.new_page()
        own.on("console", lambda message: seen["messages"].append(message.text))
        for path in argument["pages"].values():
            own.goto(argument["address"] + path)
        browser.close()
    print(json.dumps(seen, ensure_ascii=False))


main(json.loads(sys.argv[1]))
