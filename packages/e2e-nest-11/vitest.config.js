import { nestProject } from "../e2e-nest-12/nest-project.js";

export default nestProject(import.meta.url, 11);
