import './tokens.css';
import './controls.css';
import './views.css';
import './graph.css';
import './detail.css';
import './lab.css';
